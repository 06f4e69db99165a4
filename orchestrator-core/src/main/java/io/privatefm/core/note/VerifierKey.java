/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.note;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A name and an Ed25519 public key as {@code <name>+<key id, hex>+<base64 of 0x01 and the 32 bytes of the key>}: a verifier key of
 * {@code c2sp.org/signed-note}.
 *
 * @param name who signs with it
 */
public record VerifierKey(String name, PublicKey key) {
    private static final byte ED25519 = 1;
    private static final int RAW_BYTES = 32;
    static final int KEY_ID_BYTES = 4;

    /** What stands in front of the 32 bytes in a SubjectPublicKeyInfo (RFC 8410). */
    private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /** Whether a text can be the name of a key: not empty, without white space, control characters and plus signs. */
    public static boolean isName(String text) {
        return !text.isEmpty() && text.codePoints().noneMatch(VerifierKey::breaksNotes);
    }

    private static boolean breaksNotes(int character) {
        return character == '+'
                || Character.isWhitespace(character)
                || Character.isSpaceChar(character)
                || Character.isISOControl(character);
    }

    /** Writes a key. */
    public static String write(String name, PublicKey key) {
        byte[] typed =
                ByteBuffer.allocate(1 + RAW_BYTES).put(ED25519).put(raw(key)).array();
        return name + "+" + HexFormat.of().formatHex(id(name, key)) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    /**
     * Reads a key.
     *
     * @param what names what it should be, for the error
     * @throws InvalidInputException if it is malformed, or its id is not that of its name and key
     */
    public static VerifierKey read(String text, String what) {
        try {
            int second = text.lastIndexOf('+', text.indexOf('+') + 9);
            String[] parts = {text.substring(0, text.indexOf('+')), text.substring(second + 1)};
            byte[] typed = Base64.getDecoder().decode(parts[1]);
            byte[] encoded = ByteBuffer.allocate(PREFIX.length + RAW_BYTES)
                    .put(PREFIX)
                    .put(typed, 1, RAW_BYTES)
                    .array();
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            if (write(parts[0], key).equals(text)) {
                return new VerifierKey(parts[0], key);
            }
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // said below
        }
        throw new InvalidInputException(ErrorCode.CONFIGURATION, "not " + what + ": " + text);
    }

    /** First bytes of SHA-256 over name, newline, type and key. */
    static byte[] id(String name, PublicKey key) {
        MessageDigest sha256 = MerkleTree.sha256();
        sha256.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        sha256.update(ED25519);
        sha256.update(raw(key));
        return Arrays.copyOf(sha256.digest(), KEY_ID_BYTES);
    }

    private static byte[] raw(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - RAW_BYTES, encoded.length);
    }
}
