/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.testkit.TinyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.stream.Stream;

/**
 * How fast a scrub reads, beside the SHA-256 of the same files in the same process; and how long a fallback takes for a checkpoint of more
 * than 100 MB with 10 000 events, beside the merge that made it. Encrypted, blobs in a directory.
 *
 * <pre>java -cp benchmarks/target/benchmarks.jar io.privatefm.benchmarks.RecoveryBenchmark</pre>
 */
public final class RecoveryBenchmark {
    private static final int WARM_UP = 2;
    private static final int ROUNDS = 5;
    private static final int FALLBACKS = 3;
    private static final int EVENTS = 10_000;
    private static final LearnerId LEARNER = LearnerId.of("learner");
    private static final Subject MATH = Subject.of("math");
    private static final Subject READING = Subject.of("reading");

    private final Path folder;
    private final Orchestrator pfm;

    private RecoveryBenchmark(Path folder, Orchestrator pfm) {
        this.folder = folder;
        this.pfm = pfm;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        LogManager.getLogManager().getLogger("").setLevel(Level.OFF);
        Path folder = Files.createTempDirectory("pfm-recovery-benchmark");
        TinyModel model = LargeLlama.model();
        model.writeTo(folder.resolve("foundation").resolve("r1"));
        OrchestratorBuilder builder = Orchestrator.builder(
                        InMemory.store(),
                        BlobDirectory.at(folder),
                        FoundationDirectory.at(folder.resolve("foundation")))
                .recovery(RecoveryPolicy.DEFAULT.withBreaker(Integer.MAX_VALUE, 1, Duration.ZERO))
                .keyVault(InMemory.vault());
        try (Orchestrator pfm = builder.build()) {
            new RecoveryBenchmark(folder, pfm).run(model);
        } finally {
            Disk.delete(folder);
        }
    }

    private void run(TinyModel model) throws IOException {
        pfm.namespaces().provision(LEARNER, List.of(MATH, READING));
        pfm.adapters().register(LEARNER, MATH, LargeLlama.adapter(model, 1).files());
        double merge = seconds(() -> pfm.merges().mergeNow(LEARNER));
        scrubs();
        pfm.adapters().register(LEARNER, READING, LargeLlama.adapter(model, 2).files());
        double second = seconds(() -> pfm.merges().mergeNow(LEARNER));
        for (int event = 0; event < EVENTS; event++) {
            pfm.namespaces().setLegalHold(LEARNER, event % 2 == 0);
        }
        System.out.printf(
                Locale.ROOT,
                "%nevents: %d; the merges of one variant that made it took %.2f s (cold) and %.2f s%n",
                pfm.namespaces().get(LEARNER).eventHead(),
                merge,
                second);
        fallbacks();
    }

    private void scrubs() throws IOException {
        List<Double> plain = new ArrayList<>();
        Map<ScrubLevel, List<Double>> rates = new EnumMap<>(ScrubLevel.class);
        Map<ScrubLevel, List<Double>> ratios = new EnumMap<>(ScrubLevel.class);
        List<Path> files = blobFiles(); // later ones are what level 3 computes, which nothing refers to
        long bytes = bytes(files);
        for (int round = 1; round <= WARM_UP + ROUNDS; round++) {
            for (ScrubLevel level : ScrubLevel.values()) {
                double hashed = bytes / seconds(() -> hash(files));
                ScrubReport[] report = new ScrubReport[1];
                ScrubRequest request = ScrubRequest.DEFAULT.withLevel(level).withNotSince(Duration.ZERO);
                double scrubbed =
                        bytes / seconds(() -> report[0] = pfm.recovery().scrub(request));
                if (report[0].namespaces() != 1 || !report[0].results().isEmpty()) {
                    throw new IllegalStateException("not sound: " + report[0]);
                }
                if (round > WARM_UP) {
                    plain.add(hashed);
                    rates.computeIfAbsent(level, absent -> new ArrayList<>()).add(scrubbed);
                    ratios.computeIfAbsent(level, absent -> new ArrayList<>()).add(scrubbed / hashed);
                }
            }
        }
        System.out.printf(Locale.ROOT, "%.0f MB stored, encrypted, %d rounds in turns%n", bytes / 1e6, ROUNDS);
        System.out.printf(Locale.ROOT, "SHA-256 of the files, one thread: %.0f MB/s%n", middle(plain) / 1e6);
        rates.forEach((level, values) -> System.out.printf(
                Locale.ROOT,
                "scrub %s: %.0f MB/s of stored bytes, %.2f of SHA-256%n",
                level,
                middle(values) / 1e6,
                middle(ratios.getOrDefault(level, List.of()))));
    }

    private void fallbacks() throws IOException {
        List<Double> partly = new ArrayList<>();
        List<Double> whole = new ArrayList<>();
        for (int round = 1; round <= FALLBACKS; round++) {
            partly.add(fallBack(1));
            whole.add(fallBack(2));
        }
        System.out.printf(
                Locale.ROOT,
                "fallback, one of two variants damaged (OLDER_VERSION): %.2f s%nfallback, both damaged (REPLAY): %.2f s%n",
                middle(partly),
                middle(whole));
    }

    /** Damages variants of the newest checkpoint; gives the seconds of the scrub's fallback, without the scrub's own reading. */
    private double fallBack(int variants) throws IOException {
        CheckpointRow head = pfm.checkpoints().latest(LEARNER).orElseThrow();
        for (int variant = 0; variant < variants; variant++) {
            flip(head.variants().get(variant).blob());
        }
        double found = seconds(() -> pfm.recovery()
                .scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO).withRecover(false)));
        ScrubReport[] report = new ScrubReport[1];
        double both = seconds(() -> report[0] = pfm.recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO)));
        FallbackOutcome outcome = report[0].results().get(0).fallback().orElseThrow();
        if (!(outcome instanceof FallbackOutcome.Recovered recovered)
                || !recovered.checkpoint().checkpointHash().equals(head.checkpointHash())) {
            throw new IllegalStateException("not recovered: " + outcome);
        }
        return Math.max(0, both - found);
    }

    private void flip(Sha256 blob) throws IOException {
        Path file = blobFiles().stream()
                .filter(path -> path.getFileName().toString().equals(blob.hex()))
                .findFirst()
                .orElseThrow();
        file.toFile().setWritable(true);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, channel.size() / 2);
            one.put(0, (byte) (one.get(0) ^ 1)).rewind();
            channel.write(one, channel.size() / 2);
        }
    }

    private List<Path> blobFiles() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("blobs"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static long bytes(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static void hash(List<Path> files) throws IOException {
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file)) {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
                while (channel.read(chunk) >= 0) {
                    sha256.update(chunk.flip());
                    chunk.clear();
                }
                sha256.digest();
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Something that is timed. */
    private interface Timed {
        void run() throws IOException;
    }

    private static double seconds(Timed work) throws IOException {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
