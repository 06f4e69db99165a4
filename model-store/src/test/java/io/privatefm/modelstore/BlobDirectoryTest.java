/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A blob directory")
class BlobDirectoryTest {
    private static final NsUid ANNA = new NsUid("0123456789abcdef0123456789abcdef");
    private static final NsUid BEN = new NsUid("fedcba9876543210fedcba9876543210");
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
    private static final Sha256 HELLO_NAME =
            Sha256.parse("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

    @TempDir
    Path dir;

    private Path root;
    private BlobStore store;

    @BeforeEach
    void store() {
        root = dir.resolve("data/store");
        store = BlobDirectory.at(root);
    }

    private Sha256 put(NsUid owner, byte[] content) {
        try (BlobWriter writer = store.create(owner, content.length)) {
            writer.write(ByteBuffer.wrap(content));
            return writer.commit();
        }
    }

    private byte[] get(NsUid owner, Sha256 name) {
        return TestFiles.readAll(store.open(owner, name).orElseThrow());
    }

    private Path fileOf(NsUid owner, Sha256 name) {
        return root.resolve("blobs/" + owner + "/" + name.hex().substring(0, 2) + "/" + name);
    }

    private List<String> staged() {
        return TestFiles.below(root.resolve("staging"));
    }

    @Nested
    @DisplayName("at a root")
    class AtRoot {
        @Test
        @DisplayName("creates it and its parents, for the owner alone")
        void creates() throws IOException {
            assertThat(root.resolve("blobs")).isEmptyDirectory();
            assertThat(root.resolve("staging")).isEmptyDirectory();
            assertThat(root.resolve("trash")).isEmptyDirectory();
            TestFiles.assumePosix(dir);
            for (String folder :
                    List.of("data", "data/store", "data/store/blobs", "data/store/staging", "data/store/trash")) {
                assertThat(permissions(dir.resolve(folder))).isEqualTo("rwx------");
            }
        }

        @Test
        @DisplayName("leaves an existing one as it is, and finds its blobs again")
        void existing() throws IOException {
            TestFiles.assumePosix(dir);
            put(ANNA, HELLO);
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-x---"));

            store = BlobDirectory.at(root);

            assertThat(get(ANNA, HELLO_NAME)).isEqualTo(HELLO);
            assertThat(permissions(root)).isEqualTo("rwxr-x---");
        }

        @Test
        @DisplayName("may be reached through a link")
        void linkedRoot() {
            TestFiles.link(dir.resolve("link"), root);
            put(ANNA, HELLO);

            store = BlobDirectory.at(dir.resolve("link"));

            assertThat(get(ANNA, HELLO_NAME)).isEqualTo(HELLO);
        }

        @Test
        @DisplayName("refuses a file in place of a folder, and links in place of its own folders")
        void notFolders() throws IOException {
            Path file = TestFiles.write(dir.resolve("file"), "f");
            assertRefused(file, file);
            assertRefused(file.resolve("below"), file);

            Path other = TestFiles.folder(dir.resolve("other"));
            TestFiles.link(other.resolve("staging"), dir);
            assertRefused(other, other.resolve("staging"));
            Files.createDirectory(dir.resolve("third"));
            Path blobs = TestFiles.write(dir.resolve("third/blobs"), "b");
            assertRefused(dir.resolve("third"), blobs);
        }

        private void assertRefused(Path at, Path culprit) {
            assertThatThrownBy(() -> BlobDirectory.at(at))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                    .hasMessage(culprit + ": is not a directory");
        }
    }

    @Nested
    @DisplayName("when a blob is written")
    class Writing {
        @Test
        @DisplayName("names it by the SHA-256 of its bytes, at the documented place, and gives the bytes back")
        void commits() throws IOException {
            assertThat(put(ANNA, HELLO)).isEqualTo(HELLO_NAME);

            assertThat(get(ANNA, HELLO_NAME)).isEqualTo(HELLO);
            assertThat(TestFiles.below(root))
                    .containsExactly(
                            "blobs/0123456789abcdef0123456789abcdef/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
            assertThat(Files.readAllBytes(fileOf(ANNA, HELLO_NAME))).isEqualTo(HELLO);
        }

        @Test
        @DisplayName("says at once if there is no room for it and a tenth more")
        void noRoom() {
            for (long tooMuch : new long[] {Long.MAX_VALUE, Long.MAX_VALUE / 11 * 10}) {
                assertThatThrownBy(() -> store.create(ANNA, tooMuch))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining(": no room for " + tooMuch + " bytes, only ");
            }
            assertThat(staged()).isEmpty();
            store.create(ANNA, 1_000_000).close();
        }

        @Test
        @DisplayName("takes an empty one")
        void empty() {
            Sha256 name;
            try (BlobWriter writer = store.create(ANNA, 0)) {
                name = writer.commit();
            }
            assertThat(name.hex()).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
            assertThat(get(ANNA, name)).isEmpty();
        }

        @Test
        @DisplayName("takes bytes in pieces of any size from buffers of any kind, between position and limit")
        void pieces() {
            Random random = TestFiles.random("BlobDirectoryTest.pieces");
            for (int round = 0; round < 8; round++) {
                byte[] content = TestFiles.bytes(random, random.nextInt(3 * LocalFile.STEP));
                Sha256 name;
                try (BlobWriter writer = store.create(ANNA, 0)) {
                    int at = 0;
                    while (at < content.length) {
                        int length = 1 + random.nextInt(content.length - at);
                        ByteBuffer piece = buffer(random, content, at, length);
                        writer.write(piece);
                        assertThat(piece.hasRemaining()).isFalse();
                        at += length;
                    }
                    name = writer.commit();
                }
                assertThat(name).isEqualTo(TestFiles.sha256(content));
                assertThat(get(ANNA, name)).isEqualTo(content);
            }
            assertThat(staged()).isEmpty();
        }

        private static ByteBuffer buffer(Random random, byte[] content, int at, int length) {
            ByteBuffer heap = ByteBuffer.wrap(content, at, length);
            return switch (random.nextInt(3)) {
                case 0 -> heap;
                case 1 -> heap.asReadOnlyBuffer();
                default -> ByteBuffer.allocateDirect(length).put(heap).flip();
            };
        }

        @Test
        @DisplayName("shows nothing before the commit")
        void invisibleBeforeCommit() {
            try (BlobWriter writer = store.create(ANNA, 0)) {
                writer.write(ByteBuffer.wrap(HELLO));

                assertThat(store.open(ANNA, HELLO_NAME)).isEmpty();
                assertThat(staged()).singleElement().asString().endsWith(".tmp");
                writer.commit();
            }
            assertThat(staged()).isEmpty();
        }

        @Test
        @DisplayName("keeps nothing of one that is closed without a commit")
        void closedWithoutCommit() {
            BlobWriter writer = store.create(ANNA, 0);
            writer.write(ByteBuffer.wrap(HELLO));
            writer.close();
            writer.close();

            assertThat(TestFiles.below(root)).isEmpty();
            assertThat(store.open(ANNA, HELLO_NAME)).isEmpty();
        }

        @Test
        @DisplayName("keeps a committed one when its writer is closed, twice")
        void closedAfterCommit() {
            BlobWriter writer = store.create(ANNA, 0);
            writer.write(ByteBuffer.wrap(HELLO));
            writer.commit();
            writer.close();
            writer.close();

            assertThat(get(ANNA, HELLO_NAME)).isEqualTo(HELLO);
        }

        @Test
        @DisplayName("takes no call after a commit or a close")
        void noCallAfterwards() {
            BlobWriter committed = store.create(ANNA, 0);
            committed.commit();
            assertThatThrownBy(() -> committed.write(ByteBuffer.wrap(HELLO)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this blob is committed");
            assertThatThrownBy(committed::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this blob is committed");

            BlobWriter closed = store.create(ANNA, 0);
            closed.close();
            assertThatThrownBy(() -> closed.write(ByteBuffer.wrap(HELLO)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this blob is closed");
            assertThatThrownBy(closed::commit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this blob is closed");
        }

        @Test
        @DisplayName("lets the owner alone read it while it is written, and nobody write it afterwards")
        void permissionsOfFiles() throws IOException {
            TestFiles.assumePosix(dir);
            try (BlobWriter writer = store.create(ANNA, 0)) {
                assertThat(permissions(root.resolve("staging").resolve(staged().get(0))))
                        .isEqualTo("rw-------");
                writer.write(ByteBuffer.wrap(HELLO));
                writer.commit();
            }
            Path file = fileOf(ANNA, HELLO_NAME);
            assertThat(permissions(file)).isEqualTo("r--------");
            assertThat(permissions(file.getParent())).isEqualTo("rwx------");
            assertThat(permissions(file.getParent().getParent())).isEqualTo("rwx------");
        }

        @Test
        @DisplayName("keeps one copy of bytes that the namespace has already, the one that was there")
        void committedTwice() throws IOException {
            put(ANNA, HELLO);
            Path file = fileOf(ANNA, HELLO_NAME);
            BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);

            assertThat(put(ANNA, HELLO)).isEqualTo(HELLO_NAME);

            BasicFileAttributes after = Files.readAttributes(file, BasicFileAttributes.class);
            assertThat(after.fileKey()).isEqualTo(before.fileKey());
            assertThat(after.lastModifiedTime()).isEqualTo(before.lastModifiedTime());
            assertThat(TestFiles.below(root)).hasSize(1);
        }

        @Test
        @DisplayName("lets two writers of equal bytes commit at the same time: both succeed, one file remains")
        void concurrentCommits() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(2);
            CyclicBarrier together = new CyclicBarrier(2);
            try {
                for (int round = 0; round < 100; round++) {
                    byte[] content = ("round " + round).getBytes(StandardCharsets.US_ASCII);
                    List<Future<Sha256>> commits = new ArrayList<>();
                    for (int writer = 0; writer < 2; writer++) {
                        commits.add(threads.submit(() -> {
                            try (BlobWriter blob = store.create(ANNA, 0)) {
                                blob.write(ByteBuffer.wrap(content));
                                together.await(30, TimeUnit.SECONDS);
                                return blob.commit();
                            }
                        }));
                    }
                    for (Future<Sha256> commit : commits) {
                        assertThat(commit.get(60, TimeUnit.SECONDS)).isEqualTo(TestFiles.sha256(content));
                    }
                    assertThat(get(ANNA, TestFiles.sha256(content))).isEqualTo(content);
                    assertThat(TestFiles.below(root)).hasSize(round + 1);
                }
            } finally {
                threads.shutdownNow();
            }
        }

        @Test
        @DisplayName("detects a damaged blob of the same name and leaves it as it is")
        void damagedBlob() throws IOException {
            put(ANNA, HELLO);
            for (String damage : new String[] {"jello", "hell", "hello!", ""}) {
                Path file = fileOf(ANNA, HELLO_NAME);
                Files.delete(file);
                TestFiles.write(file, damage);

                assertThatThrownBy(() -> put(ANNA, HELLO))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessage("blob " + file + " is damaged: "
                                + (damage.length() == 5
                                        ? "its bytes hash to "
                                                + TestFiles.sha256(damage.getBytes(StandardCharsets.US_ASCII))
                                        : "it has " + damage.length() + " bytes instead of 5")
                                + "; it was left as it is, and nothing was written");
                assertThat(file).hasContent(damage);
                assertThat(staged()).isEmpty();
            }
        }

        @Test
        @DisplayName("compares every byte of a long blob that is there")
        void damagedLongBlob() throws IOException {
            Random random = TestFiles.random("BlobDirectoryTest.damagedLongBlob");
            byte[] content = TestFiles.bytes(random, 200_000);
            Sha256 name = put(ANNA, content);
            assertThat(put(ANNA, content)).isEqualTo(name);

            Path file = fileOf(ANNA, name);
            Files.delete(file);
            byte[] damaged = content.clone();
            damaged[random.nextInt(damaged.length)] ^= 1;
            Files.write(file, damaged);

            assertThatThrownBy(() -> put(ANNA, content))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(
                            "blob " + file + " is damaged: its bytes hash to " + TestFiles.sha256(damaged));
            assertThat(file).hasBinaryContent(damaged);
        }

        @Test
        @DisplayName("does not follow a symbolic link in place of the blob")
        void linkInPlaceOfBlob() throws IOException {
            Path target = TestFiles.write(dir.resolve("target"), "hello");
            Path file = fileOf(ANNA, HELLO_NAME);
            TestFiles.folder(file.getParent());
            TestFiles.link(file, target);

            assertThatThrownBy(() -> put(ANNA, HELLO))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("blob " + file + ": is a symbolic link, which this store never makes");
            assertThat(Files.isSymbolicLink(file)).isTrue();
            assertThat(staged()).isEmpty();
        }

        @Test
        @DisplayName("is unavailable if the folders for it cannot be made, and names the blob")
        void noFolder() {
            Path namespace = TestFiles.write(root.resolve("blobs/" + ANNA), "in the way");

            assertThatThrownBy(() -> put(ANNA, HELLO))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage(
                            "cannot store " + fileOf(ANNA, HELLO_NAME) + ": it is not a directory (" + namespace + ")");
            assertThat(staged()).isEmpty();
        }

        @Test
        @DisplayName("does not leave the store through a linked folder")
        void linkedFolder() throws IOException {
            Path outside = TestFiles.folder(dir.resolve("outside"));
            TestFiles.link(root.resolve("blobs/" + ANNA), outside);

            assertThatThrownBy(() -> put(ANNA, HELLO))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("it is not a directory");
            assertThat(outside).isEmptyDirectory();
        }

        @Test
        @DisplayName("is unavailable if the staging folder is gone")
        void noStaging() throws IOException {
            Files.delete(root.resolve("staging"));

            assertThatThrownBy(() -> store.create(ANNA, 0))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageStartingWith("cannot create " + root.resolve("staging"))
                    .hasMessageEndingWith(".tmp: it does not exist (" + root.resolve("staging") + ")");
        }

        @Test
        @DisplayName("is unavailable to an interrupted thread, and leaves nothing")
        void interrupted() {
            try (BlobWriter writer = store.create(ANNA, 0)) {
                writer.write(ByteBuffer.wrap(HELLO));
                Thread.currentThread().interrupt();
                try {
                    assertThatThrownBy(writer::commit)
                            .isInstanceOf(UnavailableException.class)
                            .hasMessageStartingWith("cannot make durable " + root.resolve("staging"))
                            .hasMessageEndingWith("the thread was interrupted, which closes the file");
                } finally {
                    assertThat(Thread.interrupted()).isTrue();
                }
            }
            assertThat(TestFiles.below(root)).isEmpty();
        }
    }

    @Nested
    @DisplayName("when a blob is opened")
    class Opening {
        @Test
        @DisplayName("is empty if there is no such blob, namespace or folder")
        void absent() {
            assertThat(store.open(ANNA, HELLO_NAME)).isEmpty();
            Sha256 other = put(ANNA, new byte[] {1});
            assertThat(store.open(ANNA, HELLO_NAME)).isEmpty();
            Sha256 sameFolder = new Sha256(other.word0(), 0, 0, 0);
            assertThat(store.open(ANNA, sameFolder)).isEmpty();
        }

        @Test
        @DisplayName("keeps namespaces apart: equal bytes are two copies, and neither sees the other's")
        void namespacesApart() throws IOException {
            put(ANNA, HELLO);
            assertThat(store.open(BEN, HELLO_NAME)).isEmpty();

            put(BEN, HELLO);

            assertThat(TestFiles.below(root)).hasSize(2);
            Path annas = fileOf(ANNA, HELLO_NAME);
            Path bens = fileOf(BEN, HELLO_NAME);
            assertThat(Files.isSameFile(annas, bens)).isFalse();
            Files.delete(annas);
            assertThat(store.open(ANNA, HELLO_NAME)).isEmpty();
            assertThat(get(BEN, HELLO_NAME)).isEqualTo(HELLO);
        }

        @Test
        @DisplayName("gives ranges to four threads at once")
        void rangesFromFourThreads() throws Exception {
            Random random = TestFiles.random("BlobDirectoryTest.rangesFromFourThreads");
            byte[] content = TestFiles.bytes(random, 200_000);
            Sha256 name = put(ANNA, content);
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try (RangedFile blob = store.open(ANNA, name).orElseThrow()) {
                CyclicBarrier start = new CyclicBarrier(4);
                List<Future<?>> readers = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    int offset = thread;
                    readers.add(threads.submit(() -> {
                        start.await(30, TimeUnit.SECONDS);
                        for (int from = offset; from + 777 <= content.length; from += 311) {
                            ByteBuffer range = ByteBuffer.allocate(777);
                            blob.read(from, range);
                            assertThat(range.flip()).isEqualTo(ByteBuffer.wrap(content, from, 777));
                        }
                        return null;
                    }));
                }
                for (Future<?> reader : readers) {
                    reader.get(60, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }
        }

        @Test
        @DisplayName("does not check the bytes, which is core's work")
        void unchecked() throws IOException {
            put(ANNA, HELLO);
            Files.delete(fileOf(ANNA, HELLO_NAME));
            TestFiles.write(fileOf(ANNA, HELLO_NAME), "jello!");

            assertThat(get(ANNA, HELLO_NAME)).asString().isEqualTo("jello!");
        }

        @Test
        @DisplayName("refuses a symbolic link, even to equal bytes or to nothing, and a folder in its place")
        void notAFile() throws IOException {
            Path file = fileOf(ANNA, HELLO_NAME);
            TestFiles.folder(file.getParent());
            for (Path target : new Path[] {TestFiles.write(dir.resolve("target"), "hello"), Path.of("gone")}) {
                TestFiles.link(file, target);
                assertThatThrownBy(() -> store.open(ANNA, HELLO_NAME))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessage("blob " + file + ": is a symbolic link, which this store never makes");
                Files.delete(file);
            }
            Files.createDirectory(file);
            assertThatThrownBy(() -> store.open(ANNA, HELLO_NAME))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("blob " + file + ": is not a regular file, which this store never makes");
        }

        @Test
        @DisplayName("is unavailable, not empty, if a folder on the way is not a folder or is a link")
        void notAFolder() throws IOException {
            Path file = fileOf(ANNA, HELLO_NAME);
            Path namespace = TestFiles.write(root.resolve("blobs/" + ANNA), "in the way");
            assertUnavailable(file, "it is not a directory (" + namespace + ")");
            Files.delete(namespace);

            TestFiles.link(namespace, Path.of("gone"));
            assertUnavailable(file, "it is not a directory (" + namespace + ")");
            Files.delete(namespace);

            TestFiles.write(file.getParent(), "in the way");
            assertUnavailable(file, "it is not a directory (" + file.getParent() + ")");
        }

        @Test
        @DisplayName("is unavailable, not empty, if the store's own folder is gone, as when a disk is not mounted")
        void notMounted() throws IOException {
            Files.delete(root.resolve("blobs"));

            assertThatThrownBy(() -> store.open(ANNA, HELLO_NAME))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("cannot open " + fileOf(ANNA, HELLO_NAME) + ": it does not exist ("
                            + root.resolve("blobs") + ")");
        }

        @Test
        @DisplayName("is unavailable, not empty, if a folder may not be entered")
        void noPermission() throws IOException {
            TestFiles.assumePosix(dir);
            put(ANNA, HELLO);
            Path file = fileOf(ANNA, HELLO_NAME);
            Path namespace = root.resolve("blobs/" + ANNA);
            Files.setPosixFilePermissions(namespace, PosixFilePermissions.fromString("---------"));
            try {
                assumeFalse(Files.isReadable(namespace), "a user whom permissions bind (not root)");
                assertUnavailable(file, "permission denied (" + file.getParent() + ")");
            } finally {
                Files.setPosixFilePermissions(namespace, PosixFilePermissions.fromString("rwx------"));
            }
        }

        private void assertUnavailable(Path file, String reason) {
            assertThatThrownBy(() -> store.open(ANNA, HELLO_NAME))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("cannot open " + file + ": " + reason);
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }
}
