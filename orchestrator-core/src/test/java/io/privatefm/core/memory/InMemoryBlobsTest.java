/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Blobs in memory")
class InMemoryBlobsTest {
    private static final NsUid OWNER = new NsUid("0123456789abcdef0123456789abcdef");
    private static final NsUid OTHER = new NsUid("fedcba9876543210fedcba9876543210");
    private static final byte[] BYTES = "0123456789".getBytes(StandardCharsets.US_ASCII);
    private static final Sha256 NAME = Sha256.of(MerkleTree.sha256().digest(BYTES));

    private final InMemoryBlobs blobs = new InMemoryBlobs(InstantSource.system());

    @Test
    @DisplayName("are named by their SHA-256 and seen by their owner alone, from the commit on")
    void commit() {
        try (BlobWriter writer = blobs.create(OWNER, 0)) {
            writer.write(ByteBuffer.wrap(BYTES, 0, 4));
            writer.write(ByteBuffer.wrap(BYTES, 4, 6));
            assertThat(blobs.open(OWNER, NAME)).isEmpty();
            assertThat(writer.commit()).isEqualTo(NAME);
        }

        assertThat(blobs.open(OWNER, NAME)).isPresent();
        assertThat(blobs.open(OTHER, NAME)).isEmpty();
    }

    @Test
    @DisplayName("are read by ranges, and not beyond their end")
    void ranges() {
        write();
        try (RangedFile file = blobs.open(OWNER, NAME).orElseThrow()) {
            assertThat(file.size()).isEqualTo(10);
            byte[] part = new byte[4];
            file.read(6, ByteBuffer.wrap(part));
            assertThat(part).isEqualTo("6789".getBytes(StandardCharsets.US_ASCII));
            file.read(10, ByteBuffer.allocate(0));
            assertThatThrownBy(() -> file.read(7, ByteBuffer.wrap(part))).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> file.read(-1, ByteBuffer.wrap(part)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    @DisplayName("are kept once when they are written twice, and what a caller does to its buffer does not matter")
    void twice() {
        byte[] mine = BYTES.clone();
        try (BlobWriter writer = blobs.create(OWNER, 0)) {
            writer.write(ByteBuffer.wrap(mine));
            mine[0] = 'x';
            assertThat(writer.commit()).isEqualTo(NAME);
        }
        assertThat(write()).isEqualTo(NAME);
        assertThat(blobs.open(OWNER, NAME).orElseThrow().size()).isEqualTo(10);
    }

    @Test
    @DisplayName("do not appear when the writer is closed without a commit")
    void closed() {
        BlobWriter writer = blobs.create(OWNER, 0);
        writer.write(ByteBuffer.wrap(BYTES));
        writer.close();
        writer.close();

        assertThat(blobs.open(OWNER, NAME)).isEmpty();
        assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(BYTES))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
    }

    private Sha256 write() {
        try (BlobWriter writer = blobs.create(OWNER, 0)) {
            writer.write(ByteBuffer.wrap(BYTES));
            return writer.commit();
        }
    }
}
