/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The only way of this engine to and from a {@link BlobStore}: encrypts what is written, checks and decrypts what is read. What does
 * not open is told apart: damaged, of another owner or purpose, of an earlier version, under another key ({@link Verdict}). Safe for
 * use by several threads at once.
 */
public final class SealedBlobs {
    private static final int CHUNK_BYTES = 1 << 20;

    private final BlobStore store;
    private final @Nullable Keyring keyring;
    private final RandomGenerator random;
    private final BlobOpener opener;

    /**
     * A way to a store.
     *
     * @param keyring without one, everything is stored as it is
     * @param random gives each blob bytes of its own, so that no two are the same and none comes back under an old name
     */
    public SealedBlobs(BlobStore store, @Nullable Keyring keyring, RandomGenerator random) {
        this.store = store;
        this.keyring = keyring;
        this.random = random;
        this.opener = new BlobOpener(keyring);
    }

    /** A blob as it is stored. */
    public record Stored(Sha256 name, long bytes) {}

    /**
     * Writes a blob, makes it durable, and reads it back to see that the stored bytes are those that were written.
     *
     * @param context what it is; needed to open it
     * @param payloadBytes how many bytes {@code content} will write
     * @throws CorruptDataException if what can be read back differs
     * @throws io.privatefm.spi.KeyDestroyedException if the namespace's key was destroyed
     */
    public Stored write(SealContext context, long payloadBytes, Consumer<SegmentSink> content) {
        NsUid owner = context.namespace();
        BlobSealer sealer = BlobSealer.of(
                context, keyring == null ? null : keyring.of(owner).newest(), payloadBytes, random);
        MessageDigest sha256 = MerkleTree.sha256();
        Sha256 name;
        try (BlobWriter writer = store.create(owner, sealer.storedBytes())) {
            BlobSealer.Run run = sealer.begin((bytes, length) -> {
                sha256.update(bytes, 0, length);
                writer.write(ByteBuffer.wrap(bytes, 0, length));
            });
            content.accept(run);
            run.finish();
            name = writer.commit();
        }
        Sha256 meant = Sha256.of(sha256.digest());
        if (!name.equals(meant)) {
            throw new CorruptDataException(describe(meant) + " changed on its way into the store, which has " + name);
        }
        checkStored(owner, name);
        return new Stored(name, sealer.storedBytes());
    }

    /** Writes a small blob. */
    public Stored write(SealContext context, byte[] payload) {
        return write(context, payload.length, sink -> sink.write(payload, payload.length));
    }

    /**
     * Opens a blob's payload for ranged reads, to be closed by the caller. Encrypted bytes are authenticated as they are read.
     *
     * @throws CorruptDataException if it is missing, damaged or not what it should be
     * @throws io.privatefm.spi.WrongKeyException if it is encrypted under another key than the one that is there
     * @throws io.privatefm.spi.KeyDestroyedException if the namespace's key was destroyed
     * @throws io.privatefm.spi.UnknownFormatException if a later version wrote it
     */
    public RangedFile open(SealContext context, Sha256 name) {
        RangedFile file = openStored(context.namespace(), name);
        try {
            return new OpenBlob(context.namespace(), name, file, opener.open(file, context));
        } catch (Unsealable e) {
            file.close();
            throw explained(context.namespace(), name, e);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * The payload of a small blob, checked against the blob's name.
     *
     * @param limit most bytes to read
     * @throws CorruptDataException if it is missing, damaged, longer, or not what it should be
     */
    public byte[] read(SealContext context, Sha256 name, int limit) {
        checkStored(context.namespace(), name);
        try (RangedFile payload = open(context, name)) {
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

    /** Why a blob does not open: damage explains everything, and comes first. */
    private PfmException explained(NsUid owner, Sha256 name, Unsealable reason) {
        try {
            checkStored(owner, name);
        } catch (CorruptDataException damaged) {
            return damaged;
        }
        return reason.about(describe(name));
    }

    private RangedFile openStored(NsUid owner, Sha256 name) {
        return store.open(owner, name)
                .orElseThrow(() -> new CorruptDataException(Verdict.MISSING, describe(name) + " is missing"));
    }

    private static String describe(Sha256 name) {
        return "blob " + name;
    }

    /** An open blob's payload. */
    private final class OpenBlob implements RangedFile {
        private final NsUid owner;
        private final Sha256 name;
        private final RangedFile file;
        private final BlobOpener.Payload payload;

        OpenBlob(NsUid owner, Sha256 name, RangedFile file, BlobOpener.Payload payload) {
            this.owner = owner;
            this.name = name;
            this.file = file;
            this.payload = payload;
        }

        @Override
        public long size() {
            return payload.size();
        }

        @Override
        public void read(long position, ByteBuffer target) {
            try {
                payload.read(position, target);
            } catch (Unsealable e) {
                throw explained(owner, name, e);
            }
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
