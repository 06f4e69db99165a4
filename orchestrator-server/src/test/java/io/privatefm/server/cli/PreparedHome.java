/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.home.DataDirectory;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.StoreTx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** A small data directory that the demo made, sound, with its keys beside it: to be copied, and the copy to be damaged. */
record PreparedHome(Path path) {
    static final LearnerId TRAINED = LearnerId.of("7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11");
    static final LearnerId DERIVED = LearnerId.of("derived-learner-0003");

    /** Runs the demo once for each seed; with each, the derived learners get other adapters. */
    static PreparedHome make(Path folder, int learners, int... seeds) {
        PreparedHome home = new PreparedHome(folder.resolve("home"));
        for (int seed : seeds) {
            PfmRun.of("demo", "--learners", learners, "--seed", seed, "--without-recovery", "--home", home.path())
                    .assertDone();
        }
        return home;
    }

    PreparedHome copy(Path folder) throws IOException {
        PreparedHome copy = new PreparedHome(folder.resolve("copy"));
        copy(path, copy.path());
        copy(DataDirectory.beside(path, ".keys"), DataDirectory.beside(copy.path(), ".keys"));
        return copy;
    }

    /** Runs a command on it. */
    PfmRun run(String command, Object... more) {
        return PfmRun.of(Stream.concat(Stream.of(command, "--home", path), Stream.of(more))
                .toArray());
    }

    CheckpointRow newest(LearnerId learner) {
        return checkpoints(learner).get(0);
    }

    List<CheckpointRow> checkpoints(LearnerId learner) {
        return inTransaction(tx -> tx.checkpoints(namespace(tx, learner).nsUid(), Integer.MAX_VALUE));
    }

    <T> T inTransaction(Function<StoreTx, T> work) {
        try (HomeDatabase database = HomeDatabase.open(path, Optional.empty())) {
            return database.store().inTransaction(work::apply);
        }
    }

    static NamespaceRow namespace(StoreTx tx, LearnerId learner) {
        return tx.find(learner).orElseThrow();
    }

    /** The file of the newest checkpoint's first variant. */
    Path variant(LearnerId learner) {
        CheckpointRow row = newest(learner);
        return blob(row, row.variants().get(0).blob());
    }

    Path blob(CheckpointRow row, Sha256 blob) {
        return path.resolve("blobs")
                .resolve(row.nsUid().value())
                .resolve(blob.hex().substring(0, 2))
                .resolve(blob.hex());
    }

    /** Flips one bit in the middle of a file. */
    static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);
    }

    static void copy(Path from, Path to) throws IOException {
        List<Path> entries;
        try (Stream<Path> walk = Files.walk(from)) {
            entries = walk.toList();
        }
        for (Path entry : entries) {
            Path target = to.resolve(from.relativize(entry));
            if (Files.isDirectory(entry)) {
                Files.createDirectories(target);
            } else {
                Files.copy(entry, target);
            }
        }
    }
}
