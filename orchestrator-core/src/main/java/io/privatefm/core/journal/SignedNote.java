/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A tree head as signed text: a checkpoint of {@code c2sp.org/tlog-checkpoint} in a note of {@code c2sp.org/signed-note} with
 * one Ed25519 signature (RFC 8032).
 */
final class SignedNote {
    private static final int SIGNATURE_BYTES = 64;
    private static final String SIGNATURE_START = "\u2014 ";

    private SignedNote() {}

    /** Signs a tree head. */
    static String sign(TreeHead head, PrivateKey key, PublicKey publicKey) {
        String text = text(head);
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            byte[] signed = signature.sign();
            byte[] line = ByteBuffer.allocate(VerifierKey.KEY_ID_BYTES + signed.length)
                    .put(VerifierKey.id(head.origin(), publicKey))
                    .put(signed)
                    .array();
            return text + "\n" + SIGNATURE_START + head.origin() + " "
                    + Base64.getEncoder().encodeToString(line) + "\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with the audit log's key", e);
        }
    }

    /**
     * The tree head that a note says.
     *
     * @param origin name of the log that it must be of
     * @param key the log's public key
     * @return empty unless the note is well-formed, of that log, and signed with that key
     */
    static Optional<TreeHead> verify(String note, String origin, PublicKey key) {
        List<String> lines = Arrays.asList(note.split("\n", -1));
        if (lines.size() != 6 || !lines.get(0).equals(origin) || !lines.get(4).startsWith(SIGNATURE_START)) {
            return Optional.empty();
        }
        try {
            TreeHead head = new TreeHead(
                    origin,
                    Long.parseLong(lines.get(1)),
                    Sha256.of(Base64.getDecoder().decode(lines.get(2))));
            String start = SIGNATURE_START + origin + " ";
            byte[] line = Base64.getDecoder().decode(lines.get(4).substring(start.length()));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(text(head).getBytes(StandardCharsets.UTF_8));
            boolean good =
                    note.equals(text(head) + "\n" + start + Base64.getEncoder().encodeToString(line) + "\n")
                            && line.length == VerifierKey.KEY_ID_BYTES + SIGNATURE_BYTES
                            && Arrays.equals(Arrays.copyOf(line, VerifierKey.KEY_ID_BYTES), VerifierKey.id(origin, key))
                            && signature.verify(Arrays.copyOfRange(line, VerifierKey.KEY_ID_BYTES, line.length));
            return good ? Optional.of(head) : Optional.empty();
        } catch (IllegalArgumentException | InvalidInputException | IndexOutOfBoundsException | SignatureException e) {
            return Optional.empty();
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("not an Ed25519 public key", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(TreeHead head) {
        return head.origin() + "\n" + head.size() + "\n"
                + Base64.getEncoder().encodeToString(head.root().bytes()) + "\n";
    }
}
