/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.core.note.VerifierKey;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.audit.AnchorSink;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.store.OrchestratorStore;
import java.security.KeyPair;

/**
 * What the audit log is signed with and anchored in.
 *
 * @param origin name of the log, without spaces, line ends and plus signs
 * @param key an Ed25519 key pair
 */
public record AuditSigner(String origin, KeyPair key, AnchorSink anchors) {
    public AuditSigner {
        if (!VerifierKey.isName(origin)) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the audit log needs a name without spaces, line ends and plus signs");
        }
    }

    String sign(TreeHead head) {
        return head.sign(key);
    }

    /** Verifies the whole log with its key, against its anchors. */
    public AuditVerdict verify(OrchestratorStore store) {
        return new AuditVerifier(store, origin, key.getPublic(), anchors.anchored()).verify();
    }
}
