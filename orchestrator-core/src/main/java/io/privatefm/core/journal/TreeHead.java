/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.core.note.SignedNote;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The state of the audit log's tree. Signed, it is a checkpoint of {@code c2sp.org/tlog-checkpoint} in a note.
 *
 * @param origin name of the log
 * @param size number of leaves
 * @param root root of the tree over them (RFC 6962)
 */
record TreeHead(String origin, long size, Sha256 root) {
    /** This head as a note. */
    String sign(KeyPair key) {
        return SignedNote.sign(text(), origin, key);
    }

    /**
     * The tree head that a note says.
     *
     * @param origin name of the log that it must be of
     * @param key the log's public key
     * @return empty unless the note is well-formed, of that log, and signed with that key
     */
    static Optional<TreeHead> verify(String note, String origin, PublicKey key) {
        return SignedNote.verify(note, origin, key).flatMap(text -> parse(text, origin));
    }

    private static Optional<TreeHead> parse(String text, String origin) {
        List<String> lines = Arrays.asList(text.split("\n", -1));
        if (lines.size() != 4) {
            return Optional.empty();
        }
        try {
            TreeHead head = new TreeHead(
                    origin,
                    Long.parseLong(lines.get(1)),
                    Sha256.of(Base64.getDecoder().decode(lines.get(2))));
            return head.text().equals(text) ? Optional.of(head) : Optional.empty();
        } catch (IllegalArgumentException | InvalidInputException e) {
            return Optional.empty();
        }
    }

    private String text() {
        return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root.bytes()) + "\n";
    }
}
