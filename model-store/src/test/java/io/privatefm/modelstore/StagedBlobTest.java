/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A blob on a failing disk (Linux: /dev/full has no space, /dev/null cannot be forced)")
class StagedBlobTest {
    private static final NsUid OWNER = new NsUid("0123456789abcdef0123456789abcdef");

    @TempDir
    Path dir;

    private Path blobs;
    private Path staged;

    @BeforeEach
    void folders() {
        blobs = TestFiles.folder(dir.resolve("blobs"));
        staged = TestFiles.write(dir.resolve("staging/1.tmp"), "");
    }

    @Test
    @DisplayName("reports a full disk in the system's words, is of no use then, and leaves nothing")
    void fullDisk() throws IOException {
        StagedBlob blob = on("/dev/full");

        assertThatThrownBy(() -> blob.write(ByteBuffer.allocate(10)))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot write " + staged + ": No space left on device");
        assertThatThrownBy(() -> blob.write(ByteBuffer.allocate(10)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this blob had an error; write it anew");
        assertThatThrownBy(blob::commit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this blob had an error; write it anew");
        blob.close();

        assertThat(TestFiles.below(dir)).isEmpty();
    }

    @Test
    @DisplayName("is dropped when forcing it fails; forcing is not tried again and no name appears")
    void forceFails() throws IOException {
        StagedBlob blob = on("/dev/null");
        blob.write(ByteBuffer.allocate(10));

        assertThatThrownBy(blob::commit)
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot make durable " + staged + ": Invalid argument");

        assertThat(TestFiles.below(dir)).isEmpty();
        assertThatThrownBy(blob::commit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this blob had an error; write it anew");
        blob.close();
    }

    @Test
    @DisplayName("says so when its staging file cannot be deleted")
    void cannotBeDeleted() throws IOException {
        StagedBlob blob = new StagedBlob(blobs, OWNER, staged, FileChannel.open(staged, StandardOpenOption.WRITE));
        Files.delete(staged);
        TestFiles.write(staged.resolve("a folder that is not empty"), "");

        assertThatThrownBy(blob::close)
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot delete " + staged + ": ");
    }

    private StagedBlob on(String device) throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")), "Linux devices");
        return new StagedBlob(blobs, OWNER, staged, FileChannel.open(Path.of(device), StandardOpenOption.WRITE));
    }
}
