/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.audit.AnchorSink;
import java.security.KeyPair;

/**
 * What the audit log is signed with and anchored in.
 *
 * @param origin name of the log, one line
 * @param key an Ed25519 key pair
 */
public record AuditSigner(String origin, KeyPair key, AnchorSink anchors) {
    String sign(TreeHead head) {
        return SignedNote.sign(head, key.getPrivate(), key.getPublic());
    }
}
