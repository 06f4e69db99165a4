/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret outside the database, so that what is in the database as a hash under it can be neither guessed nor made there. {@link
 * HomeKeys#pepper} derives it from the root key. Never shown; immutable.
 */
public final class Pepper {
    /** How many bytes a pepper has. */
    public static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKey key;

    private Pepper(SecretKey key) {
        this.key = key;
    }

    /**
     * The pepper of these bytes.
     *
     * @param bytes {@value #BYTES} of them; not kept
     */
    public static Pepper of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a pepper has " + BYTES + " bytes, not " + bytes.length);
        }
        return new Pepper(new SecretKeySpec(bytes, ALGORITHM));
    }

    /** The pepper of a root key, which cannot be told from it. */
    static Pepper derive(byte[] root) {
        byte[] derived = hmac(new SecretKeySpec(root, ALGORITHM), "pfm-pepper-1");
        try {
            return of(derived);
        } finally {
            Arrays.fill(derived, (byte) 0);
        }
    }

    /**
     * HMAC-SHA-256 of a text.
     *
     * @param purpose what the hash is for, without line breaks: the same text has another hash for another purpose
     */
    public byte[] hash(String purpose, String text) {
        return hmac(key, purpose + "\n" + text);
    }

    /** Shows nothing. */
    @Override
    public String toString() {
        return "Pepper[***]";
    }

    private static byte[] hmac(SecretKey key, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
