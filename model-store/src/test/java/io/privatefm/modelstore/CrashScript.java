/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.CrashedBlob.Places;
import io.privatefm.modelstore.crash.CrashFileSystem;
import io.privatefm.modelstore.crash.Flaw;
import io.privatefm.modelstore.crash.PowerCut;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.audit.AnchorSink;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Random calls on a blob directory and an anchor directory, in processes that are killed or lose their power, one after
 * the other; after each, what is left is compared with what was acknowledged.
 */
final class CrashScript {
    private static final int MAX_CALLS = 10;
    private static final int MAX_CHANGES = 70;
    private static final int MAX_LENGTH = 3_000;
    private static final int MAX_TREE = 5;
    private static final List<NsUid> OWNERS =
            List.of(new NsUid("0123456789abcdef0123456789abcdef"), new NsUid("fedcba9876543210fedcba9876543210"));

    private final SplittableRandom random;
    private final boolean tearsMoves;
    private final List<CrashedBlob> blobs = new ArrayList<>();
    private final Set<NsUid> destroyed = new HashSet<>();
    private final Map<Long, Boolean> anchored = new TreeMap<>();
    private CrashFileSystem disk;
    private BlobStore store;
    private AnchorSink anchors;
    private Instant now = Instant.EPOCH;
    private Runnable last = () -> {};

    CrashScript(long seed, Set<Flaw> flaws) {
        random = new SplittableRandom(seed);
        disk = CrashFileSystem.empty(flaws);
        tearsMoves = flaws.contains(Flaw.MOVES_TORN);
        for (NsUid owner : OWNERS) {
            for (int length : new int[] {0, 1 + random.nextInt(600), 1 + random.nextInt(MAX_LENGTH)}) {
                byte[] content = new byte[length];
                random.nextBytes(content);
                blobs.add(new CrashedBlob(owner, content));
            }
        }
    }

    /**
     * Runs so many processes, and fails if one of them finds what cannot be.
     *
     * @return how many of them lost their power
     */
    int run(int processes) {
        int crashes = 0;
        for (int process = 0; process < processes; process++) {
            disk.cutAfter(random.nextInt(MAX_CHANGES));
            try {
                open();
                if (random.nextBoolean()) {
                    call(last); // again: it may have been cut off
                }
                for (int calls = random.nextInt(MAX_CALLS); calls > 0; calls--) {
                    call(any());
                }
            } catch (PowerCut e) {
                // in the middle of a call
            }
            if (random.nextInt(3) == 0) {
                disk = disk.killed();
                open();
                blobs.forEach(blob -> blob.maySeem(found(blob)));
                checkDestroyed();
            } else {
                disk = disk.crashed(random.nextLong());
                crashes++;
                open();
                blobs.forEach(blob -> blob.isAt(found(blob)));
                checkDestroyed();
                checkAnchors();
            }
        }
        blobs.forEach(this::commit);
        blobs.forEach(blob -> assertThat(found(blob).inSight()).isTrue());
        return crashes;
    }

    private void open() {
        store = BlobDirectory.at(disk.getPath("/data/store"), () -> now);
        anchors = AnchorDirectory.at(disk.getPath("/data/anchors"));
    }

    private void call(Runnable next) {
        now = now.plusSeconds(1);
        last = next;
        next.run();
    }

    private Runnable any() {
        CrashedBlob blob = blobs.get(random.nextInt(blobs.size()));
        boolean all = random.nextBoolean();
        long size = random.nextLong(MAX_TREE);
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> () -> commit(blob);
            case 3 -> () -> discard(blob);
            case 4 -> () -> restore(blob);
            case 5 -> () -> purge(blob.owner(), all);
            case 6 -> () -> abandon(blob);
            case 7 -> () -> destroy(blob.owner());
            default -> () -> anchor(size);
        };
    }

    private void commit(CrashedBlob blob) {
        destroyed.remove(blob.owner());
        blob.mayBecome(places -> new Places(true, places.discarded()));
        try (BlobWriter writer = store.create(blob.owner(), blob.content().length)) {
            write(blob, writer);
            assertThat(writer.commit()).isEqualTo(blob.name());
        }
        blob.becomes(places -> new Places(true, places.discarded()));
    }

    private void abandon(CrashedBlob blob) {
        destroyed.remove(blob.owner());
        try (BlobWriter writer = store.create(blob.owner(), 0)) {
            write(blob, writer);
        }
    }

    private void write(CrashedBlob blob, BlobWriter writer) {
        int length = blob.content().length;
        for (int at = 0; at < length; ) {
            int step = 1 + random.nextInt(length - at);
            writer.write(ByteBuffer.wrap(blob.content(), at, step));
            at += step;
        }
    }

    private void discard(CrashedBlob blob) {
        blob.mayBecome(places -> places.inSight() ? new Places(false, true) : places);
        mayTear(blob);
        if (store.discard(blob.owner(), blob.name())) {
            blob.becomes(places -> new Places(false, true));
        } else {
            blob.is("not discarded", places -> !places.inSight());
        }
    }

    private void restore(CrashedBlob blob) {
        // it may have been discarded more than once: then there is more to restore
        blob.mayBecome(places -> places.discarded() ? new Places(true, true) : places);
        blob.mayBecome(places -> places.discarded() ? new Places(true, false) : places);
        mayTear(blob);
        if (store.restore(blob.owner(), blob.name())) {
            blob.becomes(places -> new Places(true, true));
            blob.mayBecome(places -> new Places(true, false));
        } else {
            blob.is("not restored", places -> !places.discarded());
        }
    }

    /** Without a journal, a file that is being moved may be in both of the folders, or in none. */
    private void mayTear(CrashedBlob blob) {
        if (tearsMoves) {
            blob.mayBecome(places -> new Places(true, true));
            blob.mayBecome(places -> new Places(false, false));
        }
    }

    private void purge(NsUid owner, boolean all) {
        Stream<CrashedBlob> concerned =
                blobs.stream().filter(blob -> all && blob.owner().equals(owner));
        List<CrashedBlob> purged = concerned.toList();
        purged.forEach(blob -> blob.mayBecome(places -> new Places(places.inSight(), false)));
        store.purge(owner, all ? now : Instant.EPOCH);
        purged.forEach(blob -> blob.becomes(places -> new Places(places.inSight(), false)));
    }

    private void destroy(NsUid owner) {
        List<CrashedBlob> concerned =
                blobs.stream().filter(blob -> blob.owner().equals(owner)).toList();
        for (CrashedBlob blob : concerned) { // one folder after the other
            blob.mayBecome(places -> new Places(places.inSight(), false));
            blob.mayBecome(places -> new Places(false, places.discarded()));
        }
        store.destroy(owner);
        concerned.forEach(blob -> blob.becomes(places -> new Places(false, false)));
        destroyed.add(owner);
    }

    private void anchor(long size) {
        anchored.putIfAbsent(size, false);
        anchors.anchor(size, note(size));
        anchored.put(size, true);
        assertThatThrownBy(() -> anchors.anchor(size, "another note"))
                .isInstanceOfAny(CorruptDataException.class, PowerCut.class);
    }

    private static String note(long size) {
        return ("tree of size " + size + "\n").repeat(50);
    }

    /** Where a blob is; what has its name has its bytes, and is listed. */
    private Places found(CrashedBlob blob) {
        Optional<RangedFile> opened = store.open(blob.owner(), blob.name());
        opened.ifPresent(file -> assertThat(TestFiles.readAll(file)).isEqualTo(blob.content()));
        List<StoredBlob> listed = store.list(blob.owner()).stream()
                .filter(stored -> stored.name().equals(blob.name()))
                .toList();
        assertThat(listed).hasSize(opened.isPresent() ? 1 : 0);
        listed.forEach(stored -> assertThat(stored.bytes()).isEqualTo(blob.content().length));
        return new Places(opened.isPresent(), isDiscarded(blob.owner(), blob.name()));
    }

    private boolean isDiscarded(NsUid owner, Sha256 name) {
        Path trash = disk.getPath("/data/store/trash/" + owner);
        if (!Files.isDirectory(trash)) {
            return false;
        }
        try (Stream<Path> files = Files.list(trash)) {
            return files.flatMap(file -> TrashedBlob.parse(file).stream())
                    .anyMatch(trashed -> trashed.name().equals(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not a byte is there of an owner whose blobs were destroyed, finished or not, unless it was written since. */
    private void checkDestroyed() {
        for (NsUid owner : destroyed) {
            for (String folder : List.of("blobs/" + owner, "trash/" + owner, "staging")) {
                assertThat(countFiles(disk.getPath("/data/store/" + folder), owner))
                        .as("files of a destroyed owner in %s", folder)
                        .isZero();
            }
        }
    }

    private static long countFiles(Path folder, NsUid owner) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(
                            file -> Files.isRegularFile(file) && file.toString().contains(owner.value()))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkAnchors() {
        List<String> left = anchors.anchored();
        anchored.entrySet().removeIf(entry -> !entry.getValue() && !left.contains(note(entry.getKey())));
        assertThat(left)
                .containsExactlyElementsOf(
                        anchored.keySet().stream().map(CrashScript::note).toList());
        anchored.replaceAll((size, acknowledged) -> true);
    }
}
