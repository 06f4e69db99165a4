/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.guardian.DeletionReceipts;
import io.privatefm.core.journal.AuditVerifier;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.audit.AnchorSink;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.ArrayList;
import java.util.List;

/** Checks receipts of deletions, without an orchestrator. */
public final class ReceiptCheck {
    private ReceiptCheck() {}

    /**
     * Checks a receipt with nothing but the log's name and key.
     *
     * @param document of a {@link io.privatefm.spi.guardian.DeletionReceipt}
     * @return the namespace that was deleted
     * @throws io.privatefm.spi.InvalidInputException if it is no receipt, or one without a proof
     * @throws io.privatefm.spi.CorruptDataException if it proves nothing: it was altered, or is of another log
     */
    public static NsUid verify(String document, AuditLogKey key) {
        return DeletionReceipts.check(document, key.origin(), key.key()).namespace();
    }

    /** As {@link AuditCheck#verify}, the receipt's signed head being one more anchor: a log that the deletion was taken out of is found. */
    public static AuditVerdict verifyLog(
            String document, OrchestratorStore store, AuditLogKey key, AnchorSink anchors) {
        List<String> heads = new ArrayList<>(anchors.anchored());
        heads.add(DeletionReceipts.check(document, key.origin(), key.key()).head());
        return new AuditVerifier(store, key.origin(), key.key(), heads).verify();
    }
}
