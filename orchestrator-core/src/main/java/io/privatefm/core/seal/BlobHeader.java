/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.spi.checkpoint.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The 128 bytes in front of everything that is stored ({@code docs/format-v1.md}): 88 of our own, then the 40 that a streaming AEAD
 * begins with. All of them are authenticated. Plain bytes have the same header, without a key.
 *
 * @param sealed whether what follows is encrypted
 * @param role number of the {@link SealContext.Role}
 * @param keyId 32 hex digits; zeros where nothing is encrypted
 * @param commitment to the key; zeros where nothing is encrypted
 * @param version as in {@link SealContext}
 * @param salt random, so that no two blobs are the same and none comes back under an old name
 * @param prefix of the stream's nonces
 */
@SuppressWarnings("ArrayRecordComponent") // of this room alone; never compared
record BlobHeader(
        boolean sealed,
        byte role,
        String keyId,
        long payloadBytes,
        byte[] commitment,
        long version,
        byte[] salt,
        byte[] prefix) {
    /** Size of the header. */
    static final int BYTES = 128;

    /** Size of our own part: where the AEAD stream begins. */
    static final int OWN_BYTES = 88;

    private static final String NO_KEY = "0".repeat(32);

    private static final byte[] MAGIC = "PBC1".getBytes(StandardCharsets.US_ASCII);
    private static final byte FORMAT = 1;
    private static final byte PLAIN = 0;
    private static final byte SEALED = 1;
    private static final int FORMAT_AT = 4;
    private static final int KEY_ID_BYTES = 16;

    /** The header of plain bytes. */
    static BlobHeader plain(byte role, long payloadBytes, long version, byte[] salt) {
        return new BlobHeader(
                false,
                role,
                NO_KEY,
                payloadBytes,
                new byte[DataKey.BYTES],
                version,
                salt,
                new byte[AeadStream.PREFIX_BYTES]);
    }

    /** The header as it is stored. */
    byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .put(MAGIC)
                .put(FORMAT)
                .put(sealed ? SEALED : PLAIN)
                .put(role)
                .put((byte) 0)
                .putInt(AeadStream.SEGMENT_BYTES)
                .putInt(0)
                .put(HexFormat.of().parseHex(keyId))
                .putLong(payloadBytes)
                .put(commitment)
                .putLong(version)
                .putLong(0)
                .put((byte) AeadStream.HEADER_BYTES)
                .put(salt)
                .put(prefix)
                .array();
    }

    /** Our own part of it. */
    byte[] ownBytes() {
        return Arrays.copyOf(bytes(), OWN_BYTES);
    }

    /** Size of everything that such a header stands in front of, itself included. */
    long storedBytes() {
        return sealed ? OWN_BYTES + AeadStream.sealedBytes(payloadBytes) : BYTES + payloadBytes;
    }

    /**
     * Reads a header.
     *
     * @param storedBytes size of the whole
     * @throws Unsealable if it is none that this version writes
     */
    static BlobHeader read(byte[] bytes, long storedBytes) throws Unsealable {
        if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new Unsealable(Verdict.FOREIGN_BLOB, "does not begin with the mark of a blob");
        }
        if (bytes[FORMAT_AT] != FORMAT) {
            throw new Unsealable(Verdict.UNKNOWN_FORMAT, "is of format " + (bytes[FORMAT_AT] & 0xff));
        }
        ByteBuffer fields = ByteBuffer.wrap(bytes, FORMAT_AT + 1, BYTES - FORMAT_AT - 1);
        byte flags = fields.get();
        byte role = fields.get();
        fields.position(fields.position() + 1 + Integer.BYTES + Integer.BYTES);
        String keyId = HexFormat.of().formatHex(take(fields, KEY_ID_BYTES));
        long payloadBytes = fields.getLong();
        byte[] commitment = take(fields, DataKey.BYTES);
        long version = fields.getLong();
        fields.position(fields.position() + Long.BYTES + 1);
        byte[] salt = take(fields, AeadStream.SALT_BYTES);
        byte[] prefix = take(fields, AeadStream.PREFIX_BYTES);
        BlobHeader header = flags == SEALED
                ? new BlobHeader(true, role, keyId, payloadBytes, commitment, version, salt, prefix)
                : plain(role, payloadBytes, version, salt);
        int at = Arrays.mismatch(bytes, header.bytes());
        if (at >= 0 || (flags != SEALED && flags != PLAIN)) {
            throw new Unsealable(
                    Verdict.UNKNOWN_FORMAT, "has a header that this version does not write (byte " + at + ")");
        }
        if (!AeadStream.isPossible(payloadBytes) || header.storedBytes() != storedBytes) {
            throw new Unsealable(Verdict.FOREIGN_BLOB, "is not as long as its header says");
        }
        return header;
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}
