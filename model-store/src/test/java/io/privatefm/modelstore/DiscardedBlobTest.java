/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A blob directory lists, discards, restores and purges:")
class DiscardedBlobTest {
    private static final NsUid ANNA = new NsUid("0123456789abcdef0123456789abcdef");
    private static final NsUid BEN = new NsUid("fedcba9876543210fedcba9876543210");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123456789Z");
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
    private static final Sha256 NAME = Sha256.parse("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

    @TempDir
    Path dir;

    private Instant now = NOON;
    private BlobStore store;
    private Path blob;
    private Path trash;

    @BeforeEach
    void store() {
        store = BlobDirectory.at(dir, () -> now);
        blob = dir.resolve("blobs/" + ANNA + "/2c/" + NAME);
        trash = dir.resolve("trash/" + ANNA);
    }

    private Sha256 put(NsUid owner, byte[] content) {
        try (BlobWriter writer = store.create(owner, content.length)) {
            writer.write(ByteBuffer.wrap(content));
            return writer.commit();
        }
    }

    private List<Sha256> listed(NsUid owner) {
        return store.list(owner).stream().map(StoredBlob::name).toList();
    }

    private void assertInSight() {
        assertThat(TestFiles.readAll(store.open(ANNA, NAME).orElseThrow())).isEqualTo(HELLO);
        assertThat(listed(ANNA)).containsExactly(NAME);
    }

    private void assertOutOfSight() {
        assertThat(store.open(ANNA, NAME)).isEmpty();
        assertThat(store.list(ANNA)).isEmpty();
    }

    private static void assertUnavailable(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(UnavailableException.class).hasMessage(message);
    }

    /** Runs with a folder that nobody may use. */
    private static void withoutAccess(Path folder, Runnable work) throws IOException {
        TestFiles.assumePosix(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
        try {
            assumeFalse(Files.isReadable(folder), "a user whom permissions bind (not root)");
            work.run();
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Nested
    @DisplayName("a list")
    class Lists {
        @Test
        @DisplayName("is empty for an owner without blobs")
        void empty() {
            assertThat(store.list(ANNA)).isEmpty();
        }

        @Test
        @DisplayName("gives name, size and time of each blob of the owner, and of no other")
        void fields() throws IOException {
            Sha256 other = put(ANNA, new byte[0]);
            put(ANNA, HELLO);
            put(BEN, new byte[] {1});
            Files.setLastModifiedTime(blob, FileTime.from(NOON));

            assertThat(store.list(ANNA))
                    .hasSize(2)
                    .contains(new StoredBlob(
                            NAME, 5, Files.getLastModifiedTime(blob).toInstant()))
                    .anySatisfy(stored -> {
                        assertThat(stored.name()).isEqualTo(other);
                        assertThat(stored.bytes()).isZero();
                    });
        }

        @Test
        @DisplayName("does not show what is being written")
        void unfinished() {
            try (BlobWriter writer = store.create(ANNA, 5)) {
                writer.write(ByteBuffer.wrap(HELLO));
                assertThat(store.list(ANNA)).isEmpty();
            }
        }

        @Test
        @DisplayName("passes over what is no blob: links, folders, other names, a blob's name in another's folder")
        void strangers() throws IOException {
            put(ANNA, HELLO);
            Path space = dir.resolve("blobs/" + ANNA);
            String zeros = "0".repeat(64);
            TestFiles.write(space.resolve("README"), "no blob");
            TestFiles.write(space.resolve("2c/" + zeros), "wrong folder");
            TestFiles.write(space.resolve("00/" + zeros + "0"), "too long");
            TestFiles.write(space.resolve("0/" + zeros), "no folder of this store");
            TestFiles.folder(space.resolve("00/00" + "1".repeat(62)));
            TestFiles.link(space.resolve("00/00" + "2".repeat(62)), blob);

            assertThat(listed(ANNA)).containsExactly(NAME);
        }

        @Test
        @DisplayName("is unavailable, not shorter, if a folder is not a folder or is a link")
        void notAFolder() throws IOException {
            put(ANNA, HELLO);
            Path space = dir.resolve("blobs/" + ANNA);
            TestFiles.write(space.resolve("00"), "in the way");
            assertUnavailable(
                    "cannot list " + space + ": it is not a directory (" + space.resolve("00") + ")",
                    () -> store.list(ANNA));
            Files.delete(space.resolve("00"));
            TestFiles.link(space.resolve("00"), Path.of("2c"));
            assertUnavailable(
                    "cannot list " + space + ": it is not a directory (" + space.resolve("00") + ")",
                    () -> store.list(ANNA));

            TestFiles.link(dir.resolve("blobs/" + BEN), space);
            assertUnavailable(
                    "cannot list " + dir.resolve("blobs/" + BEN) + ": it is not a directory", () -> store.list(BEN));
        }

        @Test
        @DisplayName("is unavailable, not empty, if the store's own folder is gone, as when a disk is not mounted")
        void notMounted() throws IOException {
            Files.delete(dir.resolve("blobs"));

            assertUnavailable(
                    "cannot list " + dir.resolve("blobs/" + ANNA) + ": it does not exist (" + dir.resolve("blobs")
                            + ")",
                    () -> store.list(ANNA));
        }

        @Test
        @DisplayName("is unavailable, not shorter, if a folder may not be read")
        void noPermission() throws IOException {
            put(ANNA, HELLO);
            withoutAccess(
                    blob.getParent(),
                    () -> assertUnavailable(
                            "cannot list " + blob.getParent() + ": permission denied", () -> store.list(ANNA)));
        }
    }

    @Nested
    @DisplayName("a discarded blob")
    class Discards {
        @Test
        @DisplayName("is out of sight, at the documented place with its time, for the owner alone")
        void moves() throws IOException {
            put(ANNA, HELLO);
            put(BEN, HELLO);

            assertThat(store.discard(ANNA, NAME)).isTrue();

            assertOutOfSight();
            assertThat(TestFiles.below(trash)).containsExactly(NAME + "-001795435200124");
            assertThat(listed(BEN)).containsExactly(NAME);
            TestFiles.assumePosix(dir);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(trash)))
                    .isEqualTo("rwx------");
        }

        @Test
        @DisplayName("cannot be discarded again, as one that never was")
        void absent() {
            assertThat(store.discard(ANNA, NAME)).isFalse();
            put(ANNA, HELLO);
            store.discard(ANNA, NAME);

            assertThat(store.discard(ANNA, NAME)).isFalse();
            assertThat(store.restore(ANNA, NAME)).isTrue();
        }

        @Test
        @DisplayName("can be written again, and discarded again")
        void writtenAgain() {
            put(ANNA, HELLO);
            store.discard(ANNA, NAME);
            put(ANNA, HELLO);
            assertInSight();

            assertThat(store.discard(ANNA, NAME)).isTrue();
            assertOutOfSight();
        }

        @Test
        @DisplayName("is never a link or a folder, which stay where they are")
        void notAFile() throws IOException {
            TestFiles.folder(blob.getParent());
            TestFiles.link(blob, TestFiles.write(dir.resolve("target"), "hello"));
            assertThatThrownBy(() -> store.discard(ANNA, NAME))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("blob " + blob + ": is a symbolic link, which this store never makes");
            assertThat(blob).isSymbolicLink();

            Files.delete(blob);
            Files.createDirectory(blob);
            assertThatThrownBy(() -> store.discard(ANNA, NAME)).isInstanceOf(CorruptDataException.class);
            assertThat(blob).isDirectory();
        }

        @Test
        @DisplayName("does not leave the store through a linked folder")
        void linkedFolder() {
            put(ANNA, HELLO);
            Path outside = TestFiles.folder(dir.resolve("outside"));
            TestFiles.link(trash, outside);

            assertUnavailable(
                    "cannot discard " + blob + ": it is not a directory (" + trash + ")",
                    () -> store.discard(ANNA, NAME));
            assertThat(outside).isEmptyDirectory();
            assertInSight();
        }

        @Test
        @DisplayName("stays in sight if the folder of discarded ones is gone, or may not be used")
        void noTrash() throws IOException {
            put(ANNA, HELLO);
            Files.delete(dir.resolve("trash"));
            assertUnavailable(
                    "cannot discard " + blob + ": it does not exist (" + dir.resolve("trash") + ")",
                    () -> store.discard(ANNA, NAME));
            assertInSight();

            TestFiles.folder(trash);
            withoutAccess(
                    trash,
                    () -> assertUnavailable(
                            "cannot discard " + blob + ": permission denied (" + trash + ")",
                            () -> store.discard(ANNA, NAME)));
            assertInSight();
        }

        @Test
        @DisplayName("is unavailable, not absent, if the store's own folder is gone, as when a disk is not mounted")
        void notMounted() throws IOException {
            Files.delete(dir.resolve("blobs"));

            assertUnavailable(
                    "cannot discard " + blob + ": it does not exist (" + dir.resolve("blobs") + ")",
                    () -> store.discard(ANNA, NAME));
        }
    }

    @Nested
    @DisplayName("a restored blob")
    class Restores {
        @Test
        @DisplayName("is in sight again with its bytes and its time, once")
        void comesBack() throws IOException {
            put(ANNA, HELLO);
            List<StoredBlob> before = store.list(ANNA);
            store.discard(ANNA, NAME);

            assertThat(store.restore(ANNA, NAME)).isTrue();

            assertInSight();
            assertThat(store.list(ANNA)).isEqualTo(before);
            assertThat(trash).isEmptyDirectory();
            assertThat(store.restore(ANNA, NAME)).isFalse();
            assertInSight();
        }

        @Test
        @DisplayName("is the owner's own")
        void absent() {
            put(ANNA, HELLO);
            assertThat(store.restore(ANNA, NAME)).isFalse();
            store.discard(ANNA, NAME);

            assertThat(store.restore(BEN, NAME)).isFalse();
            assertOutOfSight();
        }

        @Test
        @DisplayName("comes back into folders that somebody removed")
        void foldersGone() throws IOException {
            put(ANNA, HELLO);
            store.discard(ANNA, NAME);
            Files.delete(blob.getParent());
            Files.delete(blob.getParent().getParent());

            assertThat(store.restore(ANNA, NAME)).isTrue();
            assertInSight();
        }

        @Test
        @DisplayName("does not replace a link, and a link is none")
        void links() throws IOException {
            put(ANNA, HELLO);
            store.discard(ANNA, NAME);
            TestFiles.link(blob, Path.of("gone"));
            assertThatThrownBy(() -> store.restore(ANNA, NAME)).isInstanceOf(CorruptDataException.class);
            assertThat(blob).isSymbolicLink();
            Files.delete(blob);

            Path discarded = trash.resolve(TestFiles.below(trash).get(0));
            Files.move(discarded, dir.resolve("elsewhere"));
            TestFiles.link(discarded, dir.resolve("elsewhere"));
            assertThat(store.restore(ANNA, NAME)).isFalse();
        }

        @Test
        @DisplayName("is unavailable, not absent, if the discarded ones cannot be seen")
        void unreadable() throws IOException {
            put(ANNA, HELLO);
            store.discard(ANNA, NAME);
            withoutAccess(
                    trash,
                    () -> assertUnavailable(
                            "cannot list " + trash + ": permission denied", () -> store.restore(ANNA, NAME)));
            Files.move(dir.resolve("trash"), dir.resolve("not mounted"));
            assertUnavailable(
                    "cannot restore " + blob + ": it does not exist (" + dir.resolve("trash") + ")",
                    () -> store.restore(ANNA, NAME));
        }
    }

    @Nested
    @DisplayName("a purge")
    class Purges {
        @Test
        @DisplayName("destroys what the owner discarded before a time, and nothing else")
        void byTime() {
            put(ANNA, HELLO);
            Sha256 later = put(ANNA, new byte[] {1});
            put(ANNA, new byte[] {2});
            put(BEN, HELLO);
            store.discard(ANNA, NAME);
            store.discard(BEN, NAME);
            now = NOON.plusSeconds(60);
            store.discard(ANNA, later);

            assertThat(store.purge(ANNA, NOON)).isZero();
            assertThat(store.purge(ANNA, NOON.plusSeconds(60))).isEqualTo(1);
            assertThat(store.purge(ANNA, NOON.plusSeconds(60))).isZero();

            assertThat(store.restore(ANNA, NAME)).isFalse();
            assertThat(store.restore(ANNA, later)).isTrue();
            assertThat(listed(ANNA)).hasSize(2);
            assertThat(store.restore(BEN, NAME)).isTrue();
        }

        @Test
        @DisplayName("also clears what a dead process left unfinished, of that owner and before that time only")
        void unfinished() throws IOException {
            Path old = TestFiles.write(dir.resolve("staging/" + ANNA + "-1.tmp"), "half");
            Path young = TestFiles.write(dir.resolve("staging/" + ANNA + "-2.tmp"), "half");
            Path others = TestFiles.write(dir.resolve("staging/" + BEN + "-3.tmp"), "half");
            Files.setLastModifiedTime(old, FileTime.from(NOON));
            Files.setLastModifiedTime(young, FileTime.from(NOON.plusSeconds(60)));
            Files.setLastModifiedTime(others, FileTime.from(NOON));

            assertThat(store.purge(ANNA, NOON.plusSeconds(30))).isZero();

            assertThat(old).doesNotExist();
            assertThat(young).exists();
            assertThat(others).exists();
        }

        @Test
        @DisplayName("leaves a blob that was written again after it was discarded")
        void writtenAgain() {
            put(ANNA, HELLO);
            store.discard(ANNA, NAME);
            put(ANNA, HELLO);

            assertThat(store.purge(ANNA, Instant.MAX)).isEqualTo(1);

            assertThat(trash).isEmptyDirectory();
            assertInSight();
        }

        @Test
        @DisplayName("leaves what this store did not put there")
        void strangers() throws IOException {
            TestFiles.write(trash.resolve("README"), "no blob");
            TestFiles.folder(trash.resolve(NAME + "-000000000000000"));
            TestFiles.link(trash.resolve(NAME + "-000000000000001"), dir);

            assertThat(store.purge(ANNA, Instant.MAX)).isZero();
            try (var entries = Files.list(trash)) {
                assertThat(entries).hasSize(3);
            }
        }

        @Test
        @DisplayName("is unavailable if what was discarded cannot be listed or deleted")
        void unreadable() throws IOException {
            put(ANNA, HELLO);
            store.discard(ANNA, NAME);
            Callable<Integer> purge = () -> store.purge(ANNA, Instant.MAX);
            withoutAccess(trash, () -> assertUnavailable("cannot list " + trash + ": permission denied", purge::call));
            Files.move(dir.resolve("trash"), dir.resolve("not mounted"));
            assertUnavailable(
                    "cannot purge " + trash + ": it does not exist (" + dir.resolve("trash") + ")", purge::call);
        }
    }
}
