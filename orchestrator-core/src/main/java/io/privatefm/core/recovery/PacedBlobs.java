/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.Backoff;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A blob store of which no more than so many bytes a second are read, and which counts them. It pauses for as long as the bytes are worth,
 * whatever else takes time: slower than the rate, never faster. Used by one scrub.
 */
final class PacedBlobs implements BlobStore {
    private static final long BATCH = 1 << 20;
    private static final long NANOS = 1_000_000_000L;

    private final BlobStore store;
    private final long bytesPerSecond;
    private final Backoff pause;
    private long bytes;
    private long unpaid;

    PacedBlobs(BlobStore store, long bytesPerSecond, Backoff pause) {
        this.store = store;
        this.bytesPerSecond = bytesPerSecond;
        this.pause = pause;
    }

    synchronized long bytes() {
        return bytes;
    }

    private synchronized void took(int count) {
        bytes += count;
        unpaid += count;
        if (bytesPerSecond > 0 && unpaid >= Math.min(BATCH, bytesPerSecond)) {
            pause.pause(Duration.ofNanos(Math.round((double) unpaid / bytesPerSecond * NANOS)));
            unpaid = 0;
        }
    }

    @Override
    public Optional<RangedFile> open(NsUid owner, Sha256 name) {
        return store.open(owner, name).map(Paced::new);
    }

    @Override
    public BlobWriter create(NsUid owner, long expectedBytes) {
        return store.create(owner, expectedBytes);
    }

    @Override
    public List<StoredBlob> list(NsUid owner) {
        return store.list(owner);
    }

    @Override
    public boolean discard(NsUid owner, Sha256 name) {
        return store.discard(owner, name);
    }

    @Override
    public boolean restore(NsUid owner, Sha256 name) {
        return store.restore(owner, name);
    }

    @Override
    public int purge(NsUid owner, Instant before) {
        return store.purge(owner, before);
    }

    @Override
    public void destroy(NsUid owner) {
        throw new UnsupportedOperationException("a scrub destroys nothing");
    }

    private final class Paced implements RangedFile {
        private final RangedFile file;

        Paced(RangedFile file) {
            this.file = file;
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void read(long position, ByteBuffer target) {
            took(target.remaining());
            file.read(position, target);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
