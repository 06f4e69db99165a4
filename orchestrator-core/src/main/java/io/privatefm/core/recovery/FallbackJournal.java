/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.checkpoint.Publication;
import io.privatefm.core.journal.AdapterRegistered;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.recovery.ReplayGoal.Aside;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.util.function.UnaryOperator;

/** Writes down the steps of a fallback, each in one transaction under the namespace's lease. Each may be written twice and is there once. */
final class FallbackJournal {
    private final OrchestratorStore store;
    private final Journal journal;

    FallbackJournal(OrchestratorStore store, Journal journal) {
        this.store = store;
        this.journal = journal;
    }

    /**
     * The namespace falls back from now on.
     *
     * @return its row
     */
    NamespaceRow initiated(NamespaceRow namespace, Lease lease, FallbackRecord record) {
        ObjectNode payload = payload(record)
                .put("checkpoint_version", namespace.checkpointVersion())
                .put("detail", record.detail());
        record.restore().ifPresent(version -> payload.put("restore_version", version));
        return change(namespace, lease, EventType.FALLBACK_INITIATED, payload, record, NamespaceState.FALLBACK);
    }

    /** It did not succeed; {@code givenUp}: and is not tried again. */
    NamespaceRow failed(NamespaceRow namespace, Lease lease, FallbackRecord record, boolean givenUp, String reason) {
        ObjectNode payload = payload(record)
                .put("failures", record.failures())
                .put("given_up", givenUp)
                .put("foundation_release", namespace.foundationRelease())
                .put("reason", reason);
        if (givenUp) {
            payload.put("rung", Rung.FOUNDATION_ONLY.name());
        }
        return change(
                namespace,
                lease,
                EventType.FALLBACK_FAILED,
                payload,
                record,
                givenUp ? NamespaceState.CORRUPTED : NamespaceState.FALLBACK);
    }

    /** The newest checkpoint is what it was again, without another. */
    NamespaceRow completedInPlace(NamespaceRow namespace, Lease lease, FallbackRecord record, CheckpointRow head) {
        return change(
                namespace,
                lease,
                EventType.FALLBACK_COMPLETED,
                completed(
                        record,
                        Rung.MIRROR,
                        head.version(),
                        head.checkpointHash(),
                        head.variants().size()),
                record,
                NamespaceState.ACTIVE);
    }

    /** What is written with the checkpoint that a replay came to. */
    Publication.Around around(ReplayGoal goal, FallbackRecord record, Rung rung, int proven) {
        return new Publication.Around() {
            @Override
            public boolean onlyIfUnmoved() {
                return record.cause() != FallbackCause.DAMAGE;
            }

            @Override
            public void before(StoreTx tx, NamespaceChange change) {
                goal.registrations().forEach(row -> register(tx, change, row));
                goal.asides().forEach((subject, aside) -> setAside(tx, change, subject, aside, goal.release()));
            }

            @Override
            public void after(StoreTx tx, NamespaceChange change, CheckpointRow row) {
                write(
                        change,
                        EventType.FALLBACK_COMPLETED,
                        completed(record, rung, row.version(), row.checkpointHash(), proven),
                        record.operationId());
            }
        };
    }

    private static void register(StoreTx tx, NamespaceChange change, AdapterRow planned) {
        AdapterRow row = new AdapterRow(
                planned.nsUid(),
                planned.subject(),
                planned.revision(),
                planned.digest(),
                planned.configBlob(),
                planned.weightsBlob(),
                planned.changedBytes(),
                planned.trainedOn(),
                planned.trainedAt(),
                change.at());
        tx.putAdapter(row);
        change.event(EventType.ADAPTER_REGISTERED, AdapterRegistered.payload(row));
    }

    private static void setAside(StoreTx tx, NamespaceChange change, Subject subject, Aside aside, String release) {
        Retraining.setAside(tx, change, subject, aside.revision(), release, aside.reason());
    }

    private NamespaceRow change(
            NamespaceRow namespace,
            Lease lease,
            EventType type,
            ObjectNode payload,
            FallbackRecord record,
            NamespaceState next) {
        return Transactions.run(store, tx -> {
            if (!tx.leases().lock(lease)) {
                throw new ConflictException("another worker has the lease of namespace " + namespace.nsUid());
            }
            NamespaceRow now = NamespaceRows.require(tx, namespace);
            NamespaceChange change = journal.change(tx, now);
            write(change, type, payload, record.operationId());
            UnaryOperator<NamespaceRow> move = row -> row.withState(next);
            return change.row(move).stillSettled().write();
        });
    }

    private static void write(NamespaceChange change, EventType type, ObjectNode payload, String operationId) {
        change.event(type, payload).message(type.name(), payload).audit(type.name(), operationId, payload);
    }

    private static ObjectNode payload(FallbackRecord record) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("operation_id", record.operationId())
                .put("cause", record.cause().name())
                .put("rung", record.rung().name());
    }

    private static ObjectNode completed(FallbackRecord record, Rung rung, long version, Sha256 hash, int proven) {
        return payload(record)
                .put("rung", rung.name())
                .put("checkpoint_version", version)
                .put("checkpoint_hash", hash.hex())
                .put("proven", proven);
    }
}
