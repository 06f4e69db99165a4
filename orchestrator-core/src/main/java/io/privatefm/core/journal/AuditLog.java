/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.util.Optional;

/** Writes the audit log: each entry behind the one before it in its chain. */
final class AuditLog {
    private static final String DONE = "DONE";
    private static final Sha256 NOTHING = new Sha256(0, 0, 0, 0);

    private AuditLog() {}

    /** The chain of a namespace. */
    static String chain(NsUid namespace) {
        return "ns:" + namespace;
    }

    /** What the first entry of a chain names as its previous one. */
    static Sha256 beforeFirst() {
        return NOTHING;
    }

    static void append(
            StoreTx tx, String chain, String actor, String action, String operationId, ObjectNode details, Instant at) {
        Optional<AuditRow> newest = tx.audit().newest(chain);
        Instant time =
                newest.map(AuditRow::at).filter(at::isBefore).orElse(at); // a clock that was set back goes on here
        tx.audit()
                .append(AuditLeaf.seal(
                        chain,
                        newest.map(AuditRow::seq).orElse(0L) + 1,
                        newest.map(AuditRow::leaf).orElse(NOTHING),
                        actor,
                        action,
                        DONE,
                        operationId,
                        CanonicalJson.text(details),
                        time));
    }
}
