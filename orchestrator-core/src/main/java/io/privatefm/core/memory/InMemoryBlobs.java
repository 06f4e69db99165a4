/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.RangedFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Blobs in memory. */
public final class InMemoryBlobs implements BlobStore {
    private final Map<NsUid, Map<Sha256, ByteBuffer>> blobs = new ConcurrentHashMap<>();

    @Override
    public BlobWriter create(NsUid owner) {
        return new Writer(blobs.computeIfAbsent(owner, absent -> new ConcurrentHashMap<>()));
    }

    @Override
    public Optional<RangedFile> open(NsUid owner, Sha256 name) {
        return Optional.ofNullable(blobs.getOrDefault(owner, Map.of()).get(name))
                .map(Bytes::new);
    }

    private static final class Writer implements BlobWriter {
        private final Map<Sha256, ByteBuffer> owned;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        Writer(Map<Sha256, ByteBuffer> owned) {
            this.owned = owned;
        }

        @Override
        public void write(ByteBuffer more) {
            requireOpen();
            byte[] copy = new byte[more.remaining()];
            more.get(copy);
            bytes.writeBytes(copy);
        }

        @Override
        public Sha256 commit() {
            requireOpen();
            ended = true;
            byte[] all = bytes.toByteArray();
            Sha256 name = Sha256.of(MerkleTree.sha256().digest(all));
            owned.putIfAbsent(name, ByteBuffer.wrap(all));
            return name;
        }

        @Override
        public void close() {
            ended = true;
        }

        private void requireOpen() {
            if (ended) {
                throw new IllegalStateException("the writer has ended");
            }
        }
    }

    /** One blob, open. */
    private static final class Bytes implements RangedFile {
        private final ByteBuffer bytes;

        Bytes(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.capacity();
        }

        @Override
        public void read(long position, ByteBuffer target) {
            Objects.checkFromIndexSize(position, (long) target.remaining(), size());
            target.put(bytes.duplicate().position((int) position).limit((int) position + target.remaining()));
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
