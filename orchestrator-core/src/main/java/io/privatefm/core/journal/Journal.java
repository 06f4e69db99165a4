/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.core.seal.SealContext;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.StoreTx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where changes of namespaces are written down, in the transaction that makes them. */
public final class Journal {
    /** Action of the last audit entry of a namespace, and topic of its last message. */
    public static final String NAMESPACE_DELETED = "NAMESPACE_DELETED";

    private static final String DENIALS = "guardian";
    private static final String GIVEN_UP = "inbox";
    private static final String ACCESS = "access";
    private static final int PAGE = 1_000;

    private final InstantSource clock;
    private final boolean publishing;
    private final RowSeal seal;
    private final Correlation correlation;

    /**
     * A journal.
     *
     * @param clock time of entries, to the microsecond
     * @param publishing whether there is a bus that messages go to
     * @param seal encrypts what is written down of a learner
     * @param correlation what is written down belongs to
     */
    public Journal(InstantSource clock, boolean publishing, RowSeal seal, Correlation correlation) {
        this.clock = clock;
        this.publishing = publishing;
        this.seal = seal;
        this.correlation = correlation;
    }

    /** The time, to the microsecond. */
    public Instant now() {
        return clock.instant();
    }

    /**
     * Begins a change of a namespace.
     *
     * @param namespace the row as it is now
     * @throws InvalidInputException if it is being deleted
     */
    public NamespaceChange change(StoreTx tx, NamespaceRow namespace) {
        if (namespace.state() == NamespaceState.DELETING || namespace.state() == NamespaceState.DELETED) {
            throw new InvalidInputException(
                    ErrorCode.NAMESPACE_DELETED, "namespace " + namespace.nsUid() + " is being deleted");
        }
        return new NamespaceChange(tx, namespace, clock.instant(), publishing, seal, correlation.current());
    }

    /**
     * An event with its payload in the clear; not to be called inside a transaction.
     *
     * @throws io.privatefm.spi.CorruptDataException if it is not what was written there
     */
    public EventRow opened(NsUid namespace, EventRow row) {
        String payload = seal.open(event(namespace, row.seq(), row.type(), row.typeVersion()), row.payload());
        return new EventRow(row.seq(), row.type(), row.typeVersion(), payload, row.at());
    }

    /**
     * What a namespace's event log records, all of it; not to be called inside a transaction.
     *
     * @throws io.privatefm.spi.CorruptDataException if the log has a gap, or an event is not what was written there
     */
    public RecordedLog recorded(OrchestratorStore store, NsUid namespace) {
        List<EventRow> events = new ArrayList<>();
        List<EventRow> page;
        do {
            long from = events.size() + 1L;
            page = store.inTransaction(tx -> tx.events(namespace, from, PAGE));
            page.forEach(row -> events.add(opened(namespace, row)));
        } while (page.size() == PAGE);
        return RecordedLog.of(events);
    }

    /**
     * Whether the newest audit entry of a namespace is of this action and has these details, whatever it belongs to; not to be called
     * inside a transaction.
     *
     * @throws io.privatefm.spi.CorruptDataException if the entry is not what was written there
     */
    public boolean isNewestAudit(OrchestratorStore store, NsUid namespace, String action, ObjectNode details) {
        Optional<AuditRow> newest = store.inTransaction(tx -> tx.audit().newest(chain(namespace)))
                .filter(row -> row.action().equals(action));
        if (newest.isEmpty()) {
            return false;
        }
        String opened = seal.open(
                auditDetails(namespace, newest.get().seq(), action),
                newest.get().details());
        ObjectNode said = StrictJson.object(
                opened.getBytes(StandardCharsets.UTF_8), "the newest audit entry", ErrorCode.CORRUPT_DATA);
        said.remove(Correlation.FIELD);
        return CanonicalJson.text(said).equals(CanonicalJson.text(details));
    }

    /**
     * Writes an entry about a namespace into the audit log, its details in the clear: of a deletion, when there is no key any more.
     * Says nothing of the learner.
     */
    public void auditInClear(
            StoreTx tx, NsUid namespace, String actor, String action, String operationId, ObjectNode details) {
        append(tx, chain(namespace), actor, action, AuditLog.DONE, operationId, details);
    }

    /** Writes down what was asked for and not granted; in one chain, which no namespace shows in. */
    public void auditDenied(StoreTx tx, String actor, String action, String operationId, ObjectNode details) {
        append(tx, DENIALS, actor, action, AuditLog.DENIED, operationId, details);
    }

    /** Writes down a message that was not taken; in one chain, which no namespace shows in. */
    public void auditGivenUp(StoreTx tx, String actor, String action, String operationId, ObjectNode details) {
        append(tx, GIVEN_UP, actor, action, AuditLog.DENIED, operationId, details);
    }

    /** Writes down what was done to what lets callers in; in one chain, which no namespace shows in. */
    public void auditAccess(StoreTx tx, String actor, String action, String operationId, ObjectNode details) {
        append(tx, ACCESS, actor, action, AuditLog.DONE, operationId, details);
    }

    /** Without a correlation id: it is the producer's text, and these details are in the clear and outlive the learner. */
    private void append(
            StoreTx tx,
            String chain,
            String actor,
            String action,
            String outcome,
            String operationId,
            ObjectNode details) {
        String text = CanonicalJson.text(details);
        AuditLog.append(tx, chain, actor, action, outcome, operationId, seq -> text, clock.instant());
    }

    /** A namespace's row with a number for one more message, if there is a bus. */
    public NamespaceRow numbered(NamespaceRow row) {
        return publishing ? row.withOutboxHead(row.outboxHead() + 1) : row;
    }

    /**
     * Sends the message that a namespace is deleted, if there is a bus; in the clear, since it says nothing but the namespace's uid; so
     * it has no correlation id either, which is somebody else's text and may name a person.
     *
     * @param tombstone the row as it is now, {@link #numbered}
     */
    public void messageDeleted(StoreTx tx, NamespaceRow tombstone) {
        if (publishing) {
            long seq = tombstone.outboxHead();
            Instant at = clock.instant();
            String eventId = tombstone.nsUid() + "-" + seq;
            ObjectNode payload = JsonNodeFactory.instance.objectNode();
            payload.put("event", NAMESPACE_DELETED)
                    .put("event_id", eventId)
                    .put("ns_uid", tombstone.nsUid().value())
                    .put("seq", seq)
                    .put("at", at.toString());
            String text = CanonicalJson.text(payload);
            tx.outbox().enqueue(new OutboxRow(tombstone.nsUid(), seq, eventId, NAMESPACE_DELETED, text, at));
        }
    }

    /** The audit chain of a namespace. */
    public static String chain(NsUid namespace) {
        return AuditLog.chain(namespace);
    }

    /** What the payload of an event is. */
    static SealContext event(NsUid namespace, long seq, String type, int typeVersion) {
        return new SealContext(namespace, SealContext.Role.EVENT, seq, type + "-" + typeVersion);
    }

    /** What the payload of a message is. */
    static SealContext message(NsUid namespace, long seq, String topic) {
        return new SealContext(namespace, SealContext.Role.MESSAGE, seq, topic);
    }

    /** What the details of an audit entry are. */
    static SealContext auditDetails(NsUid namespace, long seq, String action) {
        return new SealContext(namespace, SealContext.Role.AUDIT_DETAILS, seq, action);
    }
}
