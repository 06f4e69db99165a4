/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A SHA-256 digest (FIPS 180-4): 32 bytes, big-endian in four longs. Names a blob, a tensor root, a content hash.
 */
public record Sha256(long word0, long word1, long word2, long word3) implements Comparable<Sha256> {
    /** Length of a digest in bytes. */
    public static final int BYTES = 32;

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /**
     * A digest from its 32 bytes.
     *
     * @throws InvalidInputException if {@code bytes} is not 32 long
     */
    public static Sha256 of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "a SHA-256 digest has 32 bytes, not " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Sha256(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
    }

    /**
     * A digest from 64 lower-case hex digits.
     *
     * @throws InvalidInputException if {@code hex} is anything else
     */
    public static Sha256 parse(String hex) {
        if (!FORM.matcher(hex).matches()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "a hash is written as 64 lower-case hex digits");
        }
        return of(HexFormat.of().parseHex(hex));
    }

    /** The 32 bytes, a new array each time. */
    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(word0)
                .putLong(word1)
                .putLong(word2)
                .putLong(word3)
                .array();
    }

    /** 64 lower-case hex digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes());
    }

    /** Orders by the bytes, unsigned, as the hex digits order. */
    @Override
    public int compareTo(Sha256 other) {
        int order = Long.compareUnsigned(word0, other.word0);
        order = order != 0 ? order : Long.compareUnsigned(word1, other.word1);
        order = order != 0 ? order : Long.compareUnsigned(word2, other.word2);
        return order != 0 ? order : Long.compareUnsigned(word3, other.word3);
    }

    @Override
    public String toString() {
        return hex();
    }
}
