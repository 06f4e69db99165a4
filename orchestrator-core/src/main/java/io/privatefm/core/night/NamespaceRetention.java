/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.lease.NamespaceLease;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.checkpoint.RetentionOutcome;
import io.privatefm.spi.checkpoint.RetentionOutcome.Reason;
import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the checkpoints of one namespace that are over their time, oldest first, so that those that stay are one unbroken run up to
 * the newest. Before anything goes, the newest must be what it was, every stored byte, and so must an older one that stays: what
 * recovery falls back to. All in one transaction, under the namespace's lease. Blobs are not touched: those that no row refers to any
 * more are orphans from then on. Adapter revisions and events stay, for a replay from the start.
 */
public final class NamespaceRetention {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceRetention.class);

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final CheckpointReader reader;
    private final LeaseKeeper keeper;
    private final Journal journal;
    private final Supplier<String> operationIds;
    private final RetentionPolicy policy;

    /**
     * Retention by one policy.
     *
     * @param operationIds gives a new unique id at each call
     */
    public NamespaceRetention(
            OrchestratorStore store,
            Foundations foundations,
            CheckpointReader reader,
            LeaseKeeper keeper,
            Journal journal,
            Supplier<String> operationIds,
            RetentionPolicy policy) {
        this.store = store;
        this.foundations = foundations;
        this.reader = reader;
        this.keeper = keeper;
        this.journal = journal;
        this.operationIds = operationIds;
        this.policy = policy;
    }

    /** What there is, newest first. */
    private record Found(NamespaceRow namespace, List<CheckpointRow> checkpoints, Instant limit) {
        CheckpointRow newest() {
            return checkpoints.get(0);
        }

        CheckpointRow oldest() {
            return checkpoints.get(checkpoints.size() - 1);
        }

        boolean isUnbroken() {
            return newest().version() == namespace.checkpointVersion()
                    && newest().version() - oldest().version() == checkpoints.size() - 1;
        }
    }

    /** What is to be removed, oldest and newest version, if everything is still so when it is done. */
    private record Expired(NamespaceRow namespace, long first, long last, Instant limit, String operationId) {}

    /**
     * Looks at a namespace and removes what may go.
     *
     * @param namespace as it was a moment ago
     * @throws PfmException if something does not answer; nothing was removed, or, with {@code OUTCOME_UNKNOWN}, perhaps all of it
     */
    RetentionOutcome apply(NamespaceRow namespace) {
        Optional<RetentionOutcome> obstacle = obstacle(namespace);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        if (namespace.checkpointVersion() <= policy.keepLast()
                || expired(store.inTransaction(tx -> find(tx, namespace))) == 0) {
            return new RetentionOutcome.Kept();
        }
        Optional<Lease> lease = Transactions.run(store, tx -> NamespaceLease.acquire(tx, namespace.nsUid(), keeper));
        if (lease.isEmpty()) {
            return skipped(Reason.BUSY, "another worker has its lease");
        }
        try (LeaseKeeper.Kept kept = keeper.keep(lease.get())) {
            return apply(namespace, kept.lease());
        } finally {
            NamespaceLease.end(store, lease.get(), namespace, Optional.empty());
        }
    }

    private RetentionOutcome apply(NamespaceRow namespace, Lease lease) {
        Found found = store.inTransaction(tx -> find(tx, NamespaceRows.require(tx, namespace)));
        int expired = expired(found);
        if (expired == 0) {
            return new RetentionOutcome.Kept();
        }
        if (!found.isUnbroken()) {
            return skipped(
                    Reason.UNSOUND,
                    "its versions are not an unbroken run up to "
                            + found.namespace().checkpointVersion());
        }
        Optional<String> fault = fault(found.newest());
        if (fault.isPresent()) {
            return skipped(Reason.UNSOUND, "the newest checkpoint is not sound: " + fault.get());
        }
        Optional<CheckpointRow> older = newestSoundOlder(found);
        if (older.isEmpty()) {
            return skipped(Reason.UNSOUND, "no checkpoint but the newest is sound");
        }
        long first = found.oldest().version();
        long last = Math.min(first + expired, older.get().version()) - 1;
        if (last < first) {
            return skipped(Reason.UNSOUND, "no checkpoint but the newest and version " + first + " is sound");
        }
        Expired gone = new Expired(found.namespace(), first, last, found.limit(), operationIds.get());
        return Transactions.idempotent(store, tx -> remove(tx, gone, lease));
    }

    private static Optional<RetentionOutcome> obstacle(NamespaceRow namespace) {
        if (namespace.legalHold()) {
            return Optional.of(skipped(Reason.LEGAL_HOLD, "everything is kept while it is under legal hold"));
        }
        return namespace.state() == NamespaceState.ACTIVE
                ? Optional.empty()
                : Optional.of(skipped(Reason.BUSY, "it is in state " + namespace.state()));
    }

    private Found find(StoreTx tx, NamespaceRow namespace) {
        return new Found(
                namespace,
                tx.checkpoints(namespace.nsUid(), Integer.MAX_VALUE),
                tx.now().minus(policy.maxAge()));
    }

    /** How many of the oldest are over their time. */
    private int expired(Found found) {
        List<CheckpointRow> rows = found.checkpoints();
        int expired = 0;
        while (rows.size() - expired > policy.keepLast()
                && rows.get(rows.size() - 1 - expired).createdAt().isBefore(found.limit())) {
            expired++;
        }
        return expired;
    }

    /** The newest checkpoint besides the newest of all that is what it was. */
    private Optional<CheckpointRow> newestSoundOlder(Found found) {
        for (CheckpointRow row :
                found.checkpoints().subList(1, found.checkpoints().size())) {
            Optional<String> fault = fault(row);
            if (fault.isEmpty()) {
                return Optional.of(row);
            }
            LOG.warn("version {} of namespace {} is not sound: {}", row.version(), row.nsUid(), fault.get());
        }
        return Optional.empty();
    }

    /**
     * What is the matter with a checkpoint, if anything is.
     *
     * @throws PfmException if that cannot be told
     */
    private Optional<String> fault(CheckpointRow row) {
        try (Foundation foundation = foundations.open(row.foundationRelease())) {
            return reader.verify(row, foundation) instanceof Verification.Damaged damaged
                    ? Optional.of(damaged.damages().get(0).toString())
                    : Optional.empty();
        } catch (PfmException e) {
            if (e.code().kind() == ErrorCode.Kind.ENVIRONMENT) {
                throw e;
            }
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private RetentionOutcome remove(StoreTx tx, Expired gone, Lease lease) {
        if (!tx.leases().lock(lease)) {
            return skipped(Reason.BUSY, "another worker has its lease since");
        }
        NamespaceRow now = NamespaceRows.require(tx, gone.namespace());
        NsUid uid = now.nsUid();
        if (tx.checkpoint(uid, gone.first()).isEmpty()) { // by an attempt before this one, whose answer was lost
            return new RetentionOutcome.Removed(gone.first(), gone.last());
        }
        Optional<RetentionOutcome> obstacle = obstacle(now);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        for (long version = gone.first(); version <= gone.last(); version++) {
            if (!tx.removeCheckpoint(uid, version)) {
                throw new ConflictException("version " + version + " of namespace " + uid + " is gone");
            }
        }
        ObjectNode payload = payload(gone);
        journal.change(tx, now)
                .event(EventType.CHECKPOINTS_EXPIRED, payload)
                .audit(EventType.CHECKPOINTS_EXPIRED.name(), gone.operationId(), payload)
                .stillSettled()
                .write();
        return new RetentionOutcome.Removed(gone.first(), gone.last());
    }

    private ObjectNode payload(Expired gone) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("first_version", gone.first())
                .put("last_version", gone.last())
                .put("created_before", gone.limit().toString())
                .put("keep_last", policy.keepLast());
    }

    private static RetentionOutcome skipped(Reason reason, String detail) {
        return new RetentionOutcome.Skipped(reason, detail);
    }
}
