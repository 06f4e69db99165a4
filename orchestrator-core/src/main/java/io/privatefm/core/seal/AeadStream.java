/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The streaming AEAD AES256-GCM-HKDF-SHA256 with segments of 64 KiB, bit by bit as Tink has it (its "Streaming AEAD" document): a
 * header of 40 bytes, its length, salt and nonce prefix, then segments, each with a tag of its own; a segment's nonce is the prefix, its number
 * and whether it is the last, so that none can be left out, repeated or put elsewhere. Segments are sealed and opened in any order, by
 * several threads at once.
 */
final class AeadStream {
    /** Size of a sealed segment; the first one shares it with the stream's header. */
    static final int SEGMENT_BYTES = 64 << 10;

    static final int SALT_BYTES = 32;
    static final int PREFIX_BYTES = 7;

    /** Size of the stream's header. */
    static final int HEADER_BYTES = 1 + SALT_BYTES + PREFIX_BYTES;

    static final int TAG_BYTES = 16;

    private static final int FIRST_PLAIN = SEGMENT_BYTES - HEADER_BYTES - TAG_BYTES;
    private static final int PLAIN = SEGMENT_BYTES - TAG_BYTES;
    private static final int NONCE_BYTES = 12;
    private static final long MOST_SEGMENTS = (1L << 32) - 1;

    private final SecretKeySpec key;
    private final byte[] prefix;
    private final long plainBytes;
    private final long last;
    private final ConcurrentLinkedQueue<Cipher> idle = new ConcurrentLinkedQueue<>();

    /**
     * A stream of a known length.
     *
     * @param key 32 bytes, of this stream alone
     * @param prefix {@link #PREFIX_BYTES} bytes
     */
    AeadStream(byte[] key, byte[] prefix, long plainBytes) {
        this.key = new SecretKeySpec(key, "AES");
        this.prefix = prefix.clone();
        this.plainBytes = plainBytes;
        this.last = segments(plainBytes) - 1;
    }

    /** Size of the header and all segments of a stream. */
    static long sealedBytes(long plainBytes) {
        return HEADER_BYTES + plainBytes + TAG_BYTES * segments(plainBytes);
    }

    /** Number of segments, at least one. */
    static long segments(long plainBytes) {
        long after = Math.max(0, plainBytes - FIRST_PLAIN);
        return 1 + after / PLAIN + (after % PLAIN == 0 ? 0 : 1);
    }

    /** Whether a stream of that length can be numbered. */
    static boolean isPossible(long plainBytes) {
        return plainBytes >= 0 && plainBytes < Long.MAX_VALUE / 2 && segments(plainBytes) <= MOST_SEGMENTS;
    }

    /** The segment that a byte is in. */
    static long segmentOf(long position) {
        return position < FIRST_PLAIN ? 0 : 1 + (position - FIRST_PLAIN) / PLAIN;
    }

    /** First byte of a segment's plain text. */
    static long plainStart(long segment) {
        return segment == 0 ? 0 : FIRST_PLAIN + (segment - 1) * PLAIN;
    }

    /** First byte of a sealed segment, from the beginning of the stream's header. */
    static long sealedStart(long segment) {
        return segment == 0 ? HEADER_BYTES : segment * SEGMENT_BYTES;
    }

    /** Size of a segment's plain text. */
    int plainLength(long segment) {
        return (int)
                (segment == last ? plainBytes - plainStart(segment) : plainStart(segment + 1) - plainStart(segment));
    }

    /**
     * Seals a segment.
     *
     * @param plain as many bytes as {@link #plainLength} says
     * @param sealed takes {@link #TAG_BYTES} more
     */
    void seal(long segment, byte[] plain, byte[] sealed) {
        try {
            run(Cipher.ENCRYPT_MODE, segment, plain, plainLength(segment), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not work in this JVM", e);
        }
    }

    /**
     * Opens a segment.
     *
     * @param plain takes as many bytes as {@link #plainLength} says
     * @return false if it is not what was sealed with this key, in this place of this stream
     */
    boolean open(long segment, byte[] sealed, byte[] plain) {
        try {
            run(Cipher.DECRYPT_MODE, segment, sealed, plainLength(segment) + TAG_BYTES, plain);
            return true;
        } catch (AEADBadTagException e) {
            Arrays.fill(plain, (byte) 0);
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not work in this JVM", e);
        }
    }

    private void run(int mode, long segment, byte[] in, int length, byte[] out) throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(NONCE_BYTES)
                .put(prefix)
                .putInt((int) segment)
                .put((byte) (segment == last ? 1 : 0))
                .array();
        Cipher cipher = idle.poll();
        if (cipher == null) {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        }
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.doFinal(in, 0, length, out, 0);
        idle.add(cipher);
    }
}
