/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.audit.AnchorSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An anchor directory")
class AnchorDirectoryTest {
    private static final String NOTE = "log\n7\nroot\n\n— log ÄÖÜ\n";

    @TempDir
    Path dir;

    private Path folder;
    private AnchorSink anchors;

    @BeforeEach
    void open() {
        folder = dir.resolve("a/anchors");
        anchors = AnchorDirectory.at(folder);
    }

    @Test
    @DisplayName("keeps each note as a file of its own, named by the size, which nobody may write")
    void files() throws IOException {
        anchors.anchor(7, NOTE);

        assertThat(TestFiles.below(folder)).containsExactly("00000000000000000007.note");
        Path file = folder.resolve("00000000000000000007.note");
        assertThat(file).hasContent(NOTE);
        TestFiles.assumePosix(dir);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    @DisplayName("gives the notes in ascending order of size, after it was opened again too")
    void ascending() {
        assertThat(anchors.anchored()).isEmpty();
        for (long size : new long[] {10, 9, Long.MAX_VALUE, 0, 100}) {
            anchors.anchor(size, "size " + size);
        }

        assertThat(AnchorDirectory.at(folder).anchored())
                .containsExactly("size 0", "size 9", "size 10", "size 100", "size 9223372036854775807");
    }

    @Test
    @DisplayName("takes the same note again, and refuses another of that size")
    void twice() {
        anchors.anchor(7, NOTE);
        anchors.anchor(7, NOTE);

        for (String other : List.of("", NOTE + "\n", "log\n7\nroof\n")) {
            assertThatThrownBy(() -> anchors.anchor(7, other))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(folder.resolve("00000000000000000007.note")
                            + " holds another note; it was left as it is, and nothing was written");
        }
        assertThat(anchors.anchored()).containsExactly(NOTE);
        assertThat(TestFiles.below(folder)).hasSize(1);
    }

    @Test
    @DisplayName("keeps one of two different notes that come at the same time, and says so to the other")
    void race() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CyclicBarrier together = new CyclicBarrier(2);
        try {
            for (int size = 0; size < 100; size++) {
                int of = size;
                List<Future<String>> writers = new ArrayList<>();
                for (String note : List.of("one", "two")) {
                    writers.add(threads.submit(() -> {
                        together.await(30, TimeUnit.SECONDS);
                        anchors.anchor(of, note);
                        return note;
                    }));
                }
                List<String> kept = new ArrayList<>();
                for (Future<String> writer : writers) {
                    try {
                        kept.add(writer.get(60, TimeUnit.SECONDS));
                    } catch (ExecutionException e) {
                        assertThat(e).hasCauseInstanceOf(CorruptDataException.class);
                    }
                }
                assertThat(kept).hasSize(1);
                assertThat(anchors.anchored().get(of)).isEqualTo(kept.get(0));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @DisplayName("refuses a negative size, which no tree has")
    void negative() {
        assertThatThrownBy(() -> anchors.anchor(-1, NOTE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tree has no size of -1");
    }

    @Test
    @DisplayName("passes over what is no note")
    void strangers() {
        TestFiles.write(folder.resolve("left over.tmp"), "half a no");
        TestFiles.write(folder.resolve("7.note"), "not of this store");
        anchors.anchor(1, NOTE);

        assertThat(anchors.anchored()).containsExactly(NOTE);
    }

    @Test
    @DisplayName("is unavailable if a note cannot be read as text: none is left out")
    void unreadable() throws IOException {
        anchors.anchor(1, NOTE);
        Path second = folder.resolve("00000000000000000002.note");
        Files.createDirectory(second);
        assertUnreadable(second);
        Files.delete(second);
        Files.write(second, new byte[] {(byte) 0xff});
        assertUnreadable(second);
    }

    private void assertUnreadable(Path file) {
        assertThatThrownBy(anchors::anchored)
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot read " + file + ": ");
    }

    @Test
    @DisplayName("is unavailable, not empty, if its folder is gone, as when a disk is not mounted")
    void notMounted() throws IOException {
        Files.delete(folder);

        assertThatThrownBy(() -> anchors.anchor(1, NOTE)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(anchors::anchored).isInstanceOf(UnavailableException.class);
        assertThat(folder).doesNotExist();
    }

    @Test
    @DisplayName("refuses a file in its place")
    void notAFolder() {
        Path file = TestFiles.write(dir.resolve("file"), "f");

        assertThatThrownBy(() -> AnchorDirectory.at(file))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION));
    }
}
