/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The only way of this engine to and from a {@link BlobStore}: wraps what is written, checks what is read. Safe for use by
 * several threads at once.
 */
public final class SealedBlobs {
    private static final int CHUNK_BYTES = 1 << 20;

    private final BlobStore store;
    private final RandomGenerator random;

    /**
     * A way to a store.
     *
     * @param random gives each blob bytes of its own, so that no two are the same and none comes back under an old name
     */
    public SealedBlobs(BlobStore store, RandomGenerator random) {
        this.store = store;
        this.random = random;
    }

    /** A blob as it is stored. */
    public record Stored(Sha256 name, long bytes) {}

    /**
     * Writes a blob, makes it durable, and reads it back to see that the stored bytes are those that were written.
     *
     * @param payloadBytes how many bytes {@code content} will write
     * @throws CorruptDataException if what can be read back differs
     */
    public Stored write(NsUid owner, long payloadBytes, Consumer<SegmentSink> content) {
        Sha256 name;
        MessageDigest sha256 = MerkleTree.sha256();
        byte[] salt = new byte[BlobHeader.SALT_BYTES];
        random.nextBytes(salt);
        try (BlobWriter writer = store.create(owner, BlobHeader.BYTES + payloadBytes)) {
            ByteBuffer header = BlobHeader.plain(payloadBytes, salt);
            sha256.update(header.duplicate());
            writer.write(header);
            long[] written = {0};
            content.accept((bytes, length) -> {
                sha256.update(bytes, 0, length);
                writer.write(ByteBuffer.wrap(bytes, 0, length));
                written[0] += length;
            });
            if (written[0] != payloadBytes) {
                throw new IllegalStateException("announced " + payloadBytes + " bytes, wrote " + written[0]);
            }
            name = writer.commit();
        }
        Sha256 meant = Sha256.of(sha256.digest());
        if (!name.equals(meant)) {
            throw new CorruptDataException(describe(meant) + " changed on its way into the store, which has " + name);
        }
        checkStored(owner, name);
        return new Stored(name, BlobHeader.BYTES + payloadBytes);
    }

    /** Writes a small blob. */
    public Stored write(NsUid owner, byte[] payload) {
        return write(owner, payload.length, sink -> sink.write(payload, payload.length));
    }

    /**
     * Opens a blob's payload for ranged reads, to be closed by the caller.
     *
     * @throws CorruptDataException if the blob is missing or its header is damaged
     */
    public RangedFile open(NsUid owner, Sha256 name) {
        RangedFile file = openStored(owner, name);
        try {
            if (file.size() < BlobHeader.BYTES) {
                throw new CorruptDataException(describe(name) + " is too short: " + file.size() + " bytes");
            }
            ByteBuffer header = ByteBuffer.allocate(BlobHeader.BYTES);
            file.read(0, header);
            return new Payload(file, BlobHeader.payloadBytes(header.flip(), file.size(), describe(name)));
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * The payload of a small blob, checked against the blob's name.
     *
     * @param limit most bytes to read
     * @throws CorruptDataException if the blob is missing, damaged or longer
     */
    public byte[] read(NsUid owner, Sha256 name, int limit) {
        checkStored(owner, name);
        try (RangedFile payload = open(owner, name)) {
            if (payload.size() > limit) {
                throw new CorruptDataException(describe(name) + " is longer than " + limit + " bytes");
            }
            byte[] bytes = new byte[(int) payload.size()];
            payload.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    /**
     * Reads all stored bytes and compares their SHA-256 with the name; needs no key.
     *
     * @throws CorruptDataException if the blob is missing or differs
     */
    public void checkStored(NsUid owner, Sha256 name) {
        try (RangedFile file = openStored(owner, name)) {
            MessageDigest sha256 = MerkleTree.sha256();
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, file.size()));
            for (long at = 0; at < file.size(); at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), file.size() - at));
                file.read(at, chunk);
                sha256.update(chunk.flip());
            }
            Sha256 found = Sha256.of(sha256.digest());
            if (!found.equals(name)) {
                throw new CorruptDataException(describe(name) + " is damaged: its bytes hash to " + found);
            }
        }
    }

    private RangedFile openStored(NsUid owner, Sha256 name) {
        return store.open(owner, name).orElseThrow(() -> new CorruptDataException(describe(name) + " is missing"));
    }

    private static String describe(Sha256 name) {
        return "blob " + name;
    }

    /** A blob without its header. */
    private static final class Payload implements RangedFile {
        private final RangedFile file;
        private final long size;

        Payload(RangedFile file, long size) {
            this.file = file;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void read(long position, ByteBuffer target) {
            file.read(BlobHeader.BYTES + position, target);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
