/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that a {@link FileKeyVault} keeps its namespace keys under: 256 random bits, kept where neither the vault's
 * directory nor the database is. What is used of it is derived with HMAC-SHA-256; the key itself is not kept. It is
 * never shown: {@link #toString()} has its id. Immutable, safe for use by several threads at once.
 */
public final class RootKey {
    /** How many bytes a root key has. */
    public static final int BYTES = 32;

    private static final int ID_BYTES = 16;
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");

    private final String id;
    private final SecretKey wrapping;
    private final SecretKey checking;

    private RootKey(byte[] key) {
        byte[] wrappingKey = hmac(new SecretKeySpec(key, "HmacSHA256"), "pfm-root-wrap-1");
        byte[] checkingKey = hmac(new SecretKeySpec(key, "HmacSHA256"), "pfm-root-check-1");
        byte[] name = hmac(new SecretKeySpec(key, "HmacSHA256"), "pfm-root-id-1");
        id = HexFormat.of().formatHex(name, 0, ID_BYTES);
        wrapping = new SecretKeySpec(wrappingKey, "AES");
        checking = new SecretKeySpec(checkingKey, "HmacSHA256");
        Arrays.fill(wrappingKey, (byte) 0);
        Arrays.fill(checkingKey, (byte) 0);
    }

    /**
     * The root key of these bytes.
     *
     * @param key {@value #BYTES} bytes; not kept, the caller overwrites them
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if they are fewer or more
     */
    public static RootKey of(byte[] key) {
        if (key.length != BYTES) {
            throw malformed();
        }
        return new RootKey(key);
    }

    /**
     * The root key in a text, as in an environment variable or a file: base64 or hexadecimal digits, with white space
     * around it or without.
     *
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if it is neither; the text is not repeated
     */
    public static RootKey parse(String text) {
        String stripped = text.strip();
        byte[] key;
        try {
            key = HEX.matcher(stripped).matches()
                    ? HexFormat.of().parseHex(stripped)
                    : Base64.getDecoder().decode(stripped);
        } catch (IllegalArgumentException e) {
            throw malformed(); // without the cause, which shows a part of the text
        }
        try {
            return of(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Names the key without telling anything about it: 32 hex digits, the same for equal keys. */
    public String id() {
        return id;
    }

    /** What namespace keys are encrypted under. */
    SecretKey wrapping() {
        return wrapping;
    }

    /** Proves that a text was written by somebody who had this key: 64 hex digits. */
    String check(String text) {
        return HexFormat.of().formatHex(hmac(checking, text));
    }

    /** Shows the id alone. */
    @Override
    public String toString() {
        return "root key " + id;
    }

    private static byte[] hmac(SecretKey key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    private static InvalidInputException malformed() {
        return new InvalidInputException(
                ErrorCode.CONFIGURATION,
                "a root key is " + BYTES
                        + " random bytes in base64 (44 characters) or hexadecimal digits (64), and this"
                        + " is neither; `openssl rand -base64 32` makes one");
    }
}
