/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.core.hash.SegmentSink;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Turns plain bytes into what is stored: a header, and the bytes as they are or in sealed segments. */
final class BlobSealer {
    private final BlobHeader header;
    private final @Nullable AeadStream stream;

    private BlobSealer(BlobHeader header, @Nullable AeadStream stream) {
        this.header = header;
        this.stream = stream;
    }

    /**
     * A sealer of one blob.
     *
     * @param key the namespace's newest; without one, bytes are stored plain
     * @param payloadBytes how many plain bytes there will be
     */
    static BlobSealer of(SealContext context, @Nullable DataKey key, long payloadBytes, RandomGenerator random) {
        if (!AeadStream.isPossible(payloadBytes)) {
            throw new IllegalArgumentException("no blob holds " + payloadBytes + " bytes");
        }
        byte[] salt = new byte[AeadStream.SALT_BYTES];
        random.nextBytes(salt);
        byte role = context.role().number();
        if (key == null) {
            return new BlobSealer(BlobHeader.plain(role, payloadBytes, context.version(), salt), null);
        }
        byte[] prefix = new byte[AeadStream.PREFIX_BYTES];
        random.nextBytes(prefix);
        BlobHeader header = new BlobHeader(
                true, role, key.id(), payloadBytes, key.commitment(salt), context.version(), salt, prefix);
        byte[] streamKey = key.streamKey(salt, context.associatedData(header.ownBytes(), key.generation()));
        return new BlobSealer(header, new AeadStream(streamKey, prefix, payloadBytes));
    }

    /** How many bytes will be stored. */
    long storedBytes() {
        return header.storedBytes();
    }

    /**
     * Begins.
     *
     * @param stored takes what is to be stored
     */
    Run begin(SegmentSink stored) {
        stored.write(header.bytes(), BlobHeader.BYTES);
        return new Run(stored);
    }

    /** Takes the plain bytes, from front to back, on one thread. */
    final class Run implements SegmentSink {
        private final SegmentSink stored;
        private final byte[] plain = new byte[stream == null ? 0 : AeadStream.SEGMENT_BYTES];
        private final byte[] sealed = new byte[plain.length];
        private int filled;
        private long segment;
        private long written;

        private Run(SegmentSink stored) {
            this.stored = stored;
        }

        @Override
        public void write(byte[] bytes, int length) {
            written += length;
            if (stream == null) {
                stored.write(bytes, length);
                return;
            }
            for (int at = 0; at < length && written <= header.payloadBytes(); ) {
                int taken = Math.min(length - at, stream.plainLength(segment) - filled);
                System.arraycopy(bytes, at, plain, filled, taken);
                filled += taken;
                at += taken;
                if (filled == stream.plainLength(segment) && plainEnd() < header.payloadBytes()) {
                    seal(stream);
                }
            }
        }

        /** Stores what is left. */
        void finish() {
            if (written != header.payloadBytes()) {
                throw new IllegalStateException("announced " + header.payloadBytes() + " bytes, wrote " + written);
            }
            if (stream != null) {
                seal(stream);
            }
        }

        private long plainEnd() {
            return AeadStream.plainStart(segment) + filled;
        }

        private void seal(AeadStream to) {
            to.seal(segment, plain, sealed);
            stored.write(sealed, filled + AeadStream.TAG_BYTES);
            segment++;
            filled = 0;
        }
    }
}
