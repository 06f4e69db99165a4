/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongFunction;

/** Writes the audit log: each entry behind the one before it in its chain. */
final class AuditLog {
    static final String DONE = "DONE";
    static final String DENIED = "DENIED";
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

    /**
     * Appends an entry.
     *
     * @param details gives them for the entry's number in its chain
     */
    static AuditRow append(
            StoreTx tx,
            String chain,
            String actor,
            String action,
            String outcome,
            String operationId,
            LongFunction<String> details,
            Instant at) {
        Optional<AuditRow> newest = tx.audit().newest(chain);
        long seq = newest.map(AuditRow::seq).orElse(0L) + 1;
        Instant time =
                newest.map(AuditRow::at).filter(at::isBefore).orElse(at); // a clock that was set back goes on here
        AuditRow row = AuditLeaf.seal(
                chain,
                seq,
                newest.map(AuditRow::leaf).orElse(NOTHING),
                actor,
                action,
                outcome,
                operationId,
                details.apply(seq),
                time);
        tx.audit().append(row);
        return row;
    }
}
