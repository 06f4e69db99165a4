/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out what stored bytes are, and gives what they hold. */
final class BlobOpener {
    private final @Nullable Keyring keyring;

    /**
     * An opener.
     *
     * @param keyring without one everything is stored plain
     */
    BlobOpener(@Nullable Keyring keyring) {
        this.keyring = keyring;
    }

    /**
     * Reads the header, and gives the payload for ranged reads.
     *
     * @param file stays the caller's to close
     * @param context what it should be
     * @throws Unsealable if it is not that
     */
    Payload open(RangedFile file, SealContext context) throws Unsealable {
        if (file.size() < BlobHeader.BYTES) {
            throw new Unsealable(Verdict.FOREIGN_BLOB, "is too short: " + file.size() + " bytes");
        }
        byte[] bytes = new byte[BlobHeader.BYTES];
        file.read(0, ByteBuffer.wrap(bytes));
        BlobHeader header = BlobHeader.read(bytes, file.size());
        if (keyring == null) {
            if (header.sealed()) {
                throw new Unsealable(Verdict.WRONG_KEY, "is encrypted, and no key vault is configured");
            }
            requireContext(header, context, true);
            return new Payload(file, header.payloadBytes(), null);
        }
        if (!header.sealed()) {
            throw new Unsealable(Verdict.FOREIGN_BLOB, "is not encrypted, as everything is here");
        }
        DataKey key = key(keyring, context.namespace(), header);
        SealContext claimed = new SealContext(context.namespace(), context.role(), header.version(), context.name());
        requireContext(
                header,
                context,
                header.version() == context.version()
                        || payload(file, header, key, claimed).opens(0));
        return payload(file, header, key, context);
    }

    /**
     * Holds what a header says against what the blob should be.
     *
     * @param authentic whether the header's version was what was written
     */
    private static void requireContext(BlobHeader header, SealContext context, boolean authentic) throws Unsealable {
        boolean sameRole = header.role() == context.role().number();
        if (sameRole && authentic && header.version() < context.version()) {
            throw new Unsealable(
                    Verdict.ROLLBACK,
                    "is of version " + header.version() + ", not " + context.version() + ": somebody put it back");
        }
        if (!sameRole || header.version() != context.version()) {
            throw new Unsealable(Verdict.FOREIGN_BLOB, "is something else than what it should be");
        }
    }

    private static DataKey key(Keyring keyring, NsUid namespace, BlobHeader header) throws Unsealable {
        Optional<DataKey> key = keyring.find(namespace, header.keyId());
        if (key.isEmpty()) {
            throw new Unsealable(
                    Verdict.FOREIGN_BLOB, "is encrypted under key " + header.keyId() + ", which is not its owner's");
        }
        if (!MessageDigest.isEqual(key.get().commitment(header.salt()), header.commitment())) {
            throw new Unsealable(
                    Verdict.WRONG_KEY, "was not encrypted with the key that key " + header.keyId() + " is now");
        }
        return key.get();
    }

    private static Payload payload(RangedFile file, BlobHeader header, DataKey key, SealContext context) {
        byte[] streamKey = key.streamKey(header.salt(), context.associatedData(header.ownBytes(), key.generation()));
        return new Payload(
                file, header.payloadBytes(), new AeadStream(streamKey, header.prefix(), header.payloadBytes()));
    }

    /** What stored bytes hold, for ranged reads by several threads at once. */
    static final class Payload {
        private final RangedFile file;
        private final long size;
        private final @Nullable AeadStream stream;
        private volatile Segment newest = new Segment(-1, new byte[0]);

        /** A segment in the clear. */
        @SuppressWarnings("ArrayRecordComponent") // of this class alone; never compared
        private record Segment(long number, byte[] plain) {}

        private Payload(RangedFile file, long size, @Nullable AeadStream stream) {
            this.file = file;
            this.size = size;
            this.stream = stream;
        }

        long size() {
            return size;
        }

        /** Whether a segment is what was sealed there. */
        boolean opens(long segment) {
            try {
                read(AeadStream.plainStart(segment), ByteBuffer.allocate(size == 0 ? 0 : 1));
                return true;
            } catch (Unsealable e) {
                return false;
            }
        }

        /**
         * Fills the target.
         *
         * @throws Unsealable if a segment is not what was sealed there
         */
        void read(long position, ByteBuffer target) throws Unsealable {
            if (position < 0 || target.remaining() > size - position) {
                throw new IndexOutOfBoundsException(
                        "bytes " + position + " to " + (position + target.remaining()) + " of " + size);
            }
            if (stream == null) {
                file.read(BlobHeader.BYTES + position, target);
                return;
            }
            if (!target.hasRemaining() && size > 0) {
                return;
            }
            long at = position;
            do {
                Segment segment = segment(stream, AeadStream.segmentOf(at));
                int from = (int) (at - AeadStream.plainStart(segment.number()));
                int length = Math.min(target.remaining(), segment.plain().length - from);
                target.put(segment.plain(), from, length);
                at += length;
            } while (target.hasRemaining());
        }

        private Segment segment(AeadStream from, long number) throws Unsealable {
            Segment known = newest;
            if (known.number() == number) {
                return known;
            }
            byte[] sealed = new byte[from.plainLength(number) + AeadStream.TAG_BYTES];
            file.read(BlobHeader.OWN_BYTES + AeadStream.sealedStart(number), ByteBuffer.wrap(sealed));
            byte[] plain = new byte[from.plainLength(number)];
            if (!from.open(number, sealed, plain)) {
                throw new Unsealable(
                        Verdict.FOREIGN_BLOB,
                        "does not open with its key (segment " + number + "): it is not what it should be");
            }
            Segment opened = new Segment(number, plain);
            newest = opened;
            return opened;
        }
    }
}
