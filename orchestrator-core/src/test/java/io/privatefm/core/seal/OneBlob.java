/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A store that gives the same bytes under every name, to be read only. */
final class OneBlob implements BlobStore {
    private final byte[] bytes;

    OneBlob(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public Optional<RangedFile> open(NsUid owner, Sha256 name) {
        return Optional.of(new RangedFile() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public void read(long position, ByteBuffer target) {
                Objects.checkFromIndexSize(position, target.remaining(), bytes.length);
                target.put(bytes, (int) position, target.remaining());
            }

            @Override
            public void close() {
                // memory
            }
        });
    }

    @Override
    public BlobWriter create(NsUid owner, long expectedBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredBlob> list(NsUid owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean discard(NsUid owner, Sha256 name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean restore(NsUid owner, Sha256 name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int purge(NsUid owner, Instant before) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void destroy(NsUid owner) {
        throw new UnsupportedOperationException();
    }
}
