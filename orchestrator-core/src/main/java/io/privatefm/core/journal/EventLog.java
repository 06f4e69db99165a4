/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.util.List;

/** Appends to event logs. */
public final class EventLog {
    private EventLog() {}

    /** What an event says happened. */
    public enum Type {
        NAMESPACE_CREATED,
        ADAPTER_REGISTERED,
        MERGE_COMPLETED
    }

    /**
     * Appends one event.
     *
     * @param namespace the row that holds the log's head
     * @return the row with the new head, which the caller writes in the same transaction
     */
    public static NamespaceRow append(StoreTx tx, NamespaceRow namespace, Type type, ObjectNode payload, Instant at) {
        long seq = namespace.eventHead() + 1;
        tx.append(
                namespace.nsUid(),
                namespace.eventHead(),
                List.of(new EventRow(seq, type.name(), 1, CanonicalJson.text(payload), at)));
        return namespace.withEventHead(seq);
    }
}
