/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.spi.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The 128 bytes in front of every stored blob ({@code docs/format-v1.md}). Version 1 with flags 0 holds plain bytes; the
 * fields for a key id, a key commitment and the rest of an AEAD stream header are there and must be zero.
 */
final class BlobHeader {
    /** Size of the header. */
    static final int BYTES = 128;

    private static final byte[] MAGIC = "PBC1".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 1;
    private static final byte PLAIN = 0;
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int RESERVED_AFTER_SEGMENT = 4;
    private static final int KEY_ID_BYTES = 16;
    private static final int KEY_COMMITMENT_BYTES = 32;
    private static final int SALT_AT = 72;

    /** Size of the salt, random bytes that make each blob one of its own. */
    static final int SALT_BYTES = 32;

    private static final int RESERVED_AT_END = BYTES - SALT_AT - SALT_BYTES;

    private BlobHeader() {}

    /**
     * The header of a plain blob.
     *
     * @param payloadBytes size of the payload
     * @param salt {@link #SALT_BYTES} bytes
     */
    static ByteBuffer plain(long payloadBytes, byte[] salt) {
        return ByteBuffer.allocate(BYTES)
                .put(MAGIC)
                .put(VERSION)
                .put(PLAIN)
                .putShort((short) 0)
                .putInt(SEGMENT_BYTES)
                .put(new byte[RESERVED_AFTER_SEGMENT + KEY_ID_BYTES])
                .putLong(payloadBytes)
                .put(new byte[KEY_COMMITMENT_BYTES])
                .put(salt)
                .put(new byte[RESERVED_AT_END])
                .flip();
    }

    /**
     * Checks a header.
     *
     * @param header its bytes
     * @param blobBytes size of the whole blob
     * @param blob how errors name it
     * @return number of payload bytes
     */
    static long payloadBytes(ByteBuffer header, long blobBytes, String blob) {
        long payload = blobBytes - BYTES;
        byte[] salt = new byte[SALT_BYTES];
        header.get(SALT_AT, salt);
        ByteBuffer expected = plain(payload, salt);
        int at = header.mismatch(expected);
        if (at < 0) {
            return payload;
        }
        if (at < MAGIC.length) {
            throw new CorruptDataException(blob + " does not begin with the mark of a blob");
        }
        throw new CorruptDataException(blob + " has an unknown or damaged header (byte " + at + ")");
    }
}
