/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

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
 * A log's name and Ed25519 public key as {@code <name>+<key id, hex>+<base64 of 0x01 and the 32 bytes of the key>}: a verifier
 * key of {@code c2sp.org/signed-note}.
 */
public record VerifierKey(String origin, PublicKey key) {
    private static final byte ED25519 = 1;
    private static final int RAW_BYTES = 32;
    static final int KEY_ID_BYTES = 4;

    /** What stands in front of the 32 bytes in a SubjectPublicKeyInfo (RFC 8410). */
    private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /** Writes a key. */
    public static String write(String origin, PublicKey key) {
        byte[] typed =
                ByteBuffer.allocate(1 + RAW_BYTES).put(ED25519).put(raw(key)).array();
        return origin + "+" + HexFormat.of().formatHex(id(origin, key)) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    /**
     * Reads a key.
     *
     * @throws InvalidInputException if it is malformed, or its id is not that of its name and key
     */
    public static VerifierKey read(String text) {
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
        throw new InvalidInputException(ErrorCode.CONFIGURATION, "not the verifier key of an audit log: " + text);
    }

    /** First bytes of SHA-256 over name, newline, type and key. */
    static byte[] id(String origin, PublicKey key) {
        MessageDigest sha256 = MerkleTree.sha256();
        sha256.update((origin + "\n").getBytes(StandardCharsets.UTF_8));
        sha256.update(ED25519);
        sha256.update(raw(key));
        return Arrays.copyOf(sha256.digest(), KEY_ID_BYTES);
    }

    private static byte[] raw(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - RAW_BYTES, encoded.length);
    }
}
