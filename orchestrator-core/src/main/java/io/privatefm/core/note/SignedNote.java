/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Text with a name and a signature under it: a note of {@code c2sp.org/signed-note} with one Ed25519 signature (RFC 8032). */
public final class SignedNote {
    private static final int SIGNATURE_BYTES = 64;
    private static final String SIGNATURE_START = "\u2014 ";

    private SignedNote() {}

    /**
     * Signs a text.
     *
     * @param text ends with a line end
     * @param name whose key it is; see {@link VerifierKey#isName}
     */
    public static String sign(String text, String name, KeyPair key) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("the text of a note ends with a line end");
        }
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key.getPrivate());
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            byte[] signed = signature.sign();
            byte[] line = ByteBuffer.allocate(VerifierKey.KEY_ID_BYTES + signed.length)
                    .put(VerifierKey.id(name, key.getPublic()))
                    .put(signed)
                    .array();
            return note(text, name, line);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with the key of " + name, e);
        }
    }

    /**
     * The text of a note.
     *
     * @param name whose signature it must bear, and no other
     * @return empty unless the note is well-formed and signed with that key; its line end included
     */
    public static Optional<String> verify(String note, String name, PublicKey key) {
        String start = "\n" + SIGNATURE_START + name + " ";
        int end = note.lastIndexOf("\n" + SIGNATURE_START);
        if (end < 1 || note.charAt(end - 1) != '\n' || !note.startsWith(start, end)) {
            return Optional.empty();
        }
        String text = note.substring(0, end);
        try {
            byte[] line = Base64.getDecoder()
                    .decode(note.substring(end + start.length()).replaceFirst("\n\\z", ""));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            boolean good = note.equals(note(text, name, line))
                    && line.length == VerifierKey.KEY_ID_BYTES + SIGNATURE_BYTES
                    && Arrays.equals(Arrays.copyOf(line, VerifierKey.KEY_ID_BYTES), VerifierKey.id(name, key))
                    && signature.verify(Arrays.copyOfRange(line, VerifierKey.KEY_ID_BYTES, line.length));
            return good ? Optional.of(text) : Optional.empty();
        } catch (IllegalArgumentException | SignatureException e) {
            return Optional.empty();
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("not an Ed25519 public key", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String note(String text, String name, byte[] line) {
        return text + "\n" + SIGNATURE_START + name + " " + Base64.getEncoder().encodeToString(line) + "\n";
    }
}
