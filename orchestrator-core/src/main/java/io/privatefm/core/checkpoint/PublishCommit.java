/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.Settled;
import io.privatefm.spi.store.StoreTx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The one transaction that publishes a checkpoint: checkpoint row, namespace row, event, message and audit entry, under the
 * lease's fence. When its commit gives no answer, the checkpoint's operation id says whether it happened; nothing is deleted and
 * nothing is tried again before that is known.
 */
final class PublishCommit {
    private static final int MAX_COMMITS = 3;
    private static final int MAX_QUESTIONS = 10;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private final OrchestratorStore store;
    private final Journal journal;
    private final Backoff backoff;

    PublishCommit(OrchestratorStore store, Journal journal, Backoff backoff) {
        this.store = store;
        this.journal = journal;
        this.backoff = backoff;
    }

    void run(Publication publication, CheckpointRow row, List<VariantEntry> entries) {
        Planned planned = publication.planned();
        ObjectNode payload = payload(row, entries);
        for (int attempt = 1; ; attempt++) {
            try {
                requirePublished(Transactions.run(store, tx -> publish(tx, publication, row, payload)), row);
                return;
            } catch (OutcomeUnknownException e) {
                if (happened(planned, row, e)) {
                    return;
                }
                if (attempt == MAX_COMMITS) {
                    throw new UnavailableException(
                            "version " + row.version() + " was not published: the commit failed " + attempt + " times",
                            e);
                }
            }
        }
    }

    private static void requirePublished(Optional<String> obstacle, CheckpointRow row) {
        if (obstacle.isPresent()) {
            throw new ConflictException("version " + row.version() + " of namespace " + row.nsUid()
                    + " was not published: " + obstacle.get());
        }
    }

    /** Publishes, or says what stands against it; then nothing was written. */
    private Optional<String> publish(StoreTx tx, Publication publication, CheckpointRow row, ObjectNode payload) {
        Planned planned = publication.planned();
        if (!tx.leases().lock(planned.lease())) {
            return Optional.of("another worker has its lease since");
        }
        NamespaceRow before = planned.namespace();
        Optional<NamespaceRow> found = NamespaceRows.find(tx, before);
        if (found.isEmpty()) {
            return Optional.of("the namespace is gone");
        }
        NamespaceRow now = found.get();
        boolean same = now.state() == before.state()
                && now.checkpointVersion() == row.version() - 1
                && now.foundationRelease().equals(before.foundationRelease());
        if (!same) {
            return Optional.of("it has moved on (state " + now.state() + ", version " + now.checkpointVersion()
                    + ", release " + now.foundationRelease() + ")");
        }
        boolean unmoved = now.eventHead() == before.eventHead();
        if (!unmoved && (publication.moves() || publication.around().onlyIfUnmoved())) {
            return Optional.of("it has changed since it was planned");
        }
        tx.putCheckpoint(row);
        NamespaceChange change = journal.change(tx, now);
        publication.around().before(tx, change);
        change.event(EventType.MERGE_COMPLETED, payload)
                .message(EventType.MERGE_COMPLETED.name(), message(row))
                .audit("CHECKPOINT_PUBLISHED", row.operationId(), payload);
        publication.around().after(tx, change, row);
        change.row(changed -> changed.withCheckpoint(row.version())
                        .withFoundationRelease(row.foundationRelease())
                        .withState(NamespaceState.ACTIVE))
                .row(changed -> publication
                        .settled()
                        .filter(basis -> unmoved)
                        .map(basis -> changed.withSettled(new Settled(changed.eventHead(), basis)))
                        .orElse(changed))
                .write();
        tx.leases().release(planned.lease());
        return Optional.empty();
    }

    /**
     * Whether a commit that gave no answer has happened. Locking the lease waits for a transaction that is still in doubt, which
     * holds that lock.
     */
    private boolean happened(Planned planned, CheckpointRow row, OutcomeUnknownException unknown) {
        Duration pause = FIRST_PAUSE;
        for (int question = 1; ; question++) {
            try {
                return store.inTransaction(tx -> {
                    tx.leases().lock(planned.lease());
                    return tx.checkpointOf(row.operationId()).isPresent();
                });
            } catch (UnavailableException | OutcomeUnknownException | ConflictException e) {
                if (question == MAX_QUESTIONS) {
                    unknown.addSuppressed(e);
                    throw unknown;
                }
            }
            backoff.pause(pause);
            pause = pause.multipliedBy(2);
        }
    }

    /** What replay needs to know: every decision, and what it must come to. */
    private static ObjectNode payload(CheckpointRow row, List<VariantEntry> entries) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("version", row.version())
                .put("operation_id", row.operationId())
                .put("arithmetic", MergePlanner.ARITHMETIC)
                .put("checkpoint_hash", row.checkpointHash().hex())
                .put("manifest", row.manifestBlob().hex())
                .put("foundation_release", row.foundationRelease())
                .put("foundation_hash", row.foundationHash().hex());
        ObjectNode variants = payload.putObject("variants");
        for (VariantEntry entry : entries) {
            ObjectNode adapters = variants.putObject(entry.name())
                    .put("content_hash", entry.contentHash().hex())
                    .put("plan_hash", entry.plan().planHash().hex())
                    .put("layout", entry.layout().name())
                    .putObject("adapters");
            entry.plan().inputs().forEach(input -> adapters.put(input.subject().value(), input.revision()));
        }
        return payload;
    }

    private static ObjectNode message(CheckpointRow row) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("checkpoint_version", row.version())
                .put("checkpoint_hash", row.checkpointHash().hex())
                .put("foundation_release", row.foundationRelease());
        ObjectNode variants = message.putObject("variants");
        row.variants()
                .forEach(variant -> variants.putObject(variant.name())
                        .put("content_hash", variant.contentHash().hex()));
        return message;
    }
}
