/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.audit.AnchorSink;
import java.security.KeyPair;

/**
 * What the audit log is signed with and anchored in.
 *
 * @param origin name of the log, without spaces, line ends and plus signs
 * @param key an Ed25519 key pair
 */
public record AuditSigner(String origin, KeyPair key, AnchorSink anchors) {
    public AuditSigner {
        if (origin.isEmpty() || origin.codePoints().anyMatch(AuditSigner::breaksNotes)) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the audit log needs a name without spaces, line ends and plus signs");
        }
    }

    /** What {@code c2sp.org/signed-note} does not allow in names. */
    private static boolean breaksNotes(int character) {
        return character == '+'
                || Character.isWhitespace(character)
                || Character.isSpaceChar(character)
                || Character.isISOControl(character);
    }

    String sign(TreeHead head) {
        return SignedNote.sign(head, key.getPrivate(), key.getPublic());
    }
}
