/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.Settled;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One change of one namespace: its row, event, message and audit entry, in one transaction. They all carry the correlation id that is open.
 */
public final class NamespaceChange {
    /** Who acts where no person or service does. */
    public static final String ENGINE = "engine";

    private final StoreTx tx;
    private final NamespaceRow before;
    private final Instant at;
    private final boolean publishing;
    private final RowSeal seal;
    private final Optional<String> correlation;
    private NamespaceRow next;

    NamespaceChange(
            StoreTx tx,
            NamespaceRow before,
            Instant at,
            boolean publishing,
            RowSeal seal,
            Optional<String> correlation) {
        this.tx = tx;
        this.before = before;
        this.at = at;
        this.publishing = publishing;
        this.seal = seal;
        this.correlation = correlation;
        this.next = before;
    }

    /** Time of the change. */
    public Instant at() {
        return at;
    }

    /** The namespace that is changed. */
    public NsUid namespace() {
        return before.nsUid();
    }

    /** Changes fields of the row. */
    public NamespaceChange row(UnaryOperator<NamespaceRow> change) {
        next = change.apply(next);
        return this;
    }

    /** Leaves it known that there is nothing to merge, if it was: for changes that no plan is made from. To be called last. */
    public NamespaceChange stillSettled() {
        return row(changed -> before.settled()
                .filter(settled -> settled.eventHead() == before.eventHead())
                .map(settled -> changed.withSettled(new Settled(changed.eventHead(), settled.basis())))
                .orElse(changed));
    }

    /** Appends an event. */
    public NamespaceChange event(EventType type, ObjectNode payload) {
        long seq = next.eventHead() + 1;
        String sealed = seal.seal(tx, Journal.event(next.nsUid(), seq, type.name(), type.version()), text(payload));
        tx.append(next.nsUid(), next.eventHead(), List.of(new EventRow(seq, type.name(), type.version(), sealed, at)));
        next = next.withEventHead(seq);
        return this;
    }

    /**
     * Sends a message when the transaction commits, if there is a bus.
     *
     * @param fields what it says besides who it is about and its number
     */
    public NamespaceChange message(String topic, ObjectNode fields) {
        if (publishing) {
            long seq = next.outboxHead() + 1;
            String eventId = next.nsUid() + "-" + seq;
            ObjectNode payload = fields.deepCopy();
            payload.put("event", topic)
                    .put("event_id", eventId)
                    .put("ns_uid", next.nsUid().value())
                    .put("learner_id", next.learner().value())
                    .put("seq", seq)
                    .put("at", at.toString());
            String sealed = seal.seal(tx, Journal.message(next.nsUid(), seq, topic), text(payload));
            tx.outbox().enqueue(new OutboxRow(next.nsUid(), seq, eventId, topic, sealed, at));
            next = next.withOutboxHead(seq);
        }
        return this;
    }

    /** Writes an entry into the audit log. */
    public NamespaceChange audit(String action, String operationId, ObjectNode details) {
        String text = text(details);
        AuditLog.append(
                tx,
                AuditLog.chain(next.nsUid()),
                ENGINE,
                action,
                AuditLog.DONE,
                operationId,
                seq -> seal.seal(tx, Journal.auditDetails(next.nsUid(), seq, action), text),
                at);
        return this;
    }

    private String text(ObjectNode fields) {
        ObjectNode all = fields;
        if (correlation.isPresent()) {
            all = fields.deepCopy().put(Correlation.FIELD, correlation.get());
        }
        return CanonicalJson.text(all);
    }

    /**
     * Writes the row.
     *
     * @return the row as it is now
     * @throws ConflictException if it was changed by another writer meanwhile
     */
    public NamespaceRow write() {
        return NamespaceRows.replace(tx, before, next);
    }
}
