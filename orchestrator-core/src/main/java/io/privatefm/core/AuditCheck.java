/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.journal.AuditVerifier;
import io.privatefm.spi.audit.AnchorSink;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.store.OrchestratorStore;

/** Verifies an audit log, without an orchestrator. */
public final class AuditCheck {
    private AuditCheck() {}

    /**
     * Recomputes every leaf, chain and signed root of the audit log from its entries, and holds them against the anchors. Memory
     * grows with the number of namespaces.
     *
     * @param key name and public key of the log; from the host's configuration, never from the database
     * @throws io.privatefm.spi.PfmException if store or anchors cannot be read; that says nothing about the log
     */
    public static AuditVerdict verify(OrchestratorStore store, AuditLogKey key, AnchorSink anchors) {
        return new AuditVerifier(store, key.origin(), key.key(), anchors.anchored()).verify();
    }
}
