/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A local file")
class LocalFileTest {
    @TempDir
    Path dir;

    @Test
    @DisplayName("fills the buffer from its position to its limit and touches nothing else")
    void fillsBetweenPositionAndLimit() throws IOException {
        try (LocalFile file = LocalFile.open(TestFiles.write(dir.resolve("f"), "0123456789"))) {
            ByteBuffer target = ByteBuffer.wrap("..........".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            target.position(2).limit(5);

            file.read(6, target);

            assertThat(target.array()).asString().isEqualTo("..678.....");
            assertThat(target.position()).isEqualTo(5);
            assertThat(target.limit()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("gives the bytes of any range, into heap and direct buffers, also of ranges longer than one step")
    void anyRange() throws IOException {
        Random random = TestFiles.random("LocalFileTest.anyRange");
        byte[] content = TestFiles.bytes(random, 2 * LocalFile.STEP + 4321);
        try (LocalFile file = LocalFile.open(Files.write(dir.resolve("f"), content))) {
            assertThat(file.size()).isEqualTo(content.length);
            for (int round = 0; round < 60; round++) {
                int from = random.nextInt(content.length + 1);
                int length = round == 0 ? content.length : random.nextInt(content.length - from + 1);
                from = round == 0 ? 0 : from;
                ByteBuffer target =
                        random.nextBoolean() ? ByteBuffer.allocate(length) : ByteBuffer.allocateDirect(length);

                file.read(from, target);

                assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content, from, length));
            }
        }
    }

    @Test
    @DisplayName("is read by four threads at once, each getting its own range")
    void fourThreads() throws Exception {
        Random random = TestFiles.random("LocalFileTest.fourThreads");
        byte[] content = TestFiles.bytes(random, 300_000);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (LocalFile file = LocalFile.open(Files.write(dir.resolve("f"), content))) {
            CyclicBarrier start = new CyclicBarrier(4);
            List<Future<?>> readers = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                Random own = new Random(random.nextLong());
                readers.add(threads.submit(() -> {
                    start.await();
                    for (int round = 0; round < 500; round++) {
                        int from = own.nextInt(content.length);
                        int length = own.nextInt(Math.min(9_000, content.length - from) + 1);
                        byte[] range = new byte[length];
                        file.read(from, ByteBuffer.wrap(range));
                        assertThat(range).isEqualTo(Arrays.copyOfRange(content, from, from + length));
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
    @DisplayName("keeps the size it had when it was opened, though it grows")
    void sizeAtOpening() throws IOException {
        Path path = TestFiles.write(dir.resolve("f"), "12345");
        try (LocalFile file = LocalFile.open(path)) {
            Files.writeString(path, "678", StandardOpenOption.APPEND);

            assertThat(file.size()).isEqualTo(5);
            assertThatThrownBy(() -> file.read(4, ByteBuffer.allocate(2)))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("length 5");
        }
    }

    @Test
    @DisplayName("is corrupt when it was truncated after opening; the error names it and both lengths")
    void truncated() throws IOException {
        Path path = TestFiles.write(dir.resolve("model.safetensors"), "0123456789");
        try (LocalFile file = LocalFile.open(path)) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(6);
            }

            assertThatThrownBy(() -> file.read(4, ByteBuffer.allocate(5)))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(path + ": ends at or before byte 6, but had 10 bytes when it was opened");
            ByteBuffer still = ByteBuffer.allocate(6);
            file.read(0, still);
            assertThat(still.array()).asString().isEqualTo("012345");
        }
    }

    @Test
    @DisplayName("refuses a range outside the file and reads nothing")
    void outside() throws IOException {
        try (LocalFile file = LocalFile.open(TestFiles.write(dir.resolve("f"), "12345"))) {
            for (long position : new long[] {-1, 3, 5, 6, Long.MAX_VALUE}) {
                ByteBuffer target = ByteBuffer.allocate(3);
                assertThatThrownBy(() -> file.read(position, target))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("length 5");
                assertThat(target.position()).isZero();
            }
            file.read(5, ByteBuffer.allocate(0));
        }
    }

    @Test
    @DisplayName("is unavailable to an interrupted thread, and can be opened again")
    void interrupted() throws IOException {
        Path path = TestFiles.write(dir.resolve("f"), "12345");
        try (LocalFile file = LocalFile.open(path)) {
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(5)))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessage("cannot read " + path + ": the thread was interrupted, which closes the file");
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(5)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("cannot read " + path + ": the file is closed");
        }
        assertThat(TestFiles.readText(LocalFile.open(path))).isEqualTo("12345");
    }

    @Test
    @DisplayName("can be closed twice; reading it then fails")
    void closed() throws IOException {
        Path path = TestFiles.write(dir.resolve("f"), "12345");
        LocalFile file = LocalFile.open(path);
        file.close();
        file.close();

        assertThatThrownBy(() -> file.read(0, ByteBuffer.allocate(1)))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot read " + path + ": the file is closed");
    }

    @Test
    @DisplayName("is not opened through a symbolic link")
    void link() {
        TestFiles.write(dir.resolve("f"), "12345");
        Path link = dir.resolve("link");
        TestFiles.link(link, Path.of("f"));

        assertThatThrownBy(() -> LocalFile.open(link))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("symbolic link");
    }
}
