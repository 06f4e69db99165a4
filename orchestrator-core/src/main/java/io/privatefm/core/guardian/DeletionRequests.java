/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.guardian;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.GuardianAuthority;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes guardians' requests: asks the authority first, and only then looks whether there is such a learner. Goes on with what was
 * granted when a step failed or the process died, and deletes again what a restored backup brought back.
 */
public final class DeletionRequests {
    private static final Logger LOG = LoggerFactory.getLogger(DeletionRequests.class);
    private static final int PAGE = 500;
    private static final String REQUESTED = "DELETION_REQUESTED";

    private final OrchestratorStore store;
    private final @Nullable GuardianAuthority authority;
    private final NamespaceDeletion deletion;
    private final DeletionReceipts receipts;
    private final Journal journal;
    private final Supplier<String> operationIds;
    private final OrchestratorListener listener;

    /**
     * A desk for requests.
     *
     * @param authority without one, nothing is granted
     * @param operationIds gives a new unique id at each call
     */
    public DeletionRequests(
            OrchestratorStore store,
            @Nullable GuardianAuthority authority,
            NamespaceDeletion deletion,
            DeletionReceipts receipts,
            Journal journal,
            Supplier<String> operationIds,
            OrchestratorListener listener) {
        this.store = store;
        this.authority = authority;
        this.deletion = deletion;
        this.receipts = receipts;
        this.journal = journal;
        this.operationIds = operationIds;
        this.listener = listener;
    }

    /**
     * Deletes a learner's namespace if the authority grants it. A learner who is deleted already gives the receipt of then.
     *
     * @throws InvalidInputException with {@link ErrorCode#CONFIGURATION} without an authority; with {@link
     *     ErrorCode#NAMESPACE_NOT_FOUND} if it was granted and there is no such learner
     * @throws PfmException if a step fails; once it was granted, {@link #resume} goes on with it
     */
    public DeletionOutcome handle(GuardianRequest request) {
        if (authority == null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "nothing is deleted without a guardian authority; pass one to the builder");
        }
        Decision decision = decide(authority, request);
        if (decision instanceof Decision.Granted granted) {
            return granted(request, granted);
        }
        String reason = ((Decision.Denied) decision).reason();
        Transactions.run(store, tx -> {
            ObjectNode details = JsonNodeFactory.instance.objectNode();
            details.put("learner", Tombstone.digest(request.learner()).hex()).put("reason", reason);
            journal.auditDenied(tx, actor(request), REQUESTED, operationIds.get(), details);
            return true;
        });
        listener.onEvent(new LifecycleEvent.DeletionDenied());
        return new DeletionOutcome.Denied();
    }

    private static Decision decide(GuardianAuthority authority, GuardianRequest request) {
        try {
            return authority.decide(request);
        } catch (PfmException e) {
            LOG.warn("the guardian authority cannot decide; that is a denial", e);
            return new Decision.Denied("the authority cannot decide: " + e.code());
        } catch (RuntimeException e) {
            LOG.error("the guardian authority failed; that is a denial", e);
            return new Decision.Denied("the authority failed");
        }
    }

    private DeletionOutcome granted(GuardianRequest request, Decision.Granted granted) {
        LearnerId learner = request.learner();
        Optional<NamespaceRow> found = Transactions.idempotent(store, tx -> mark(tx, request, granted));
        if (found.isEmpty()) {
            NamespaceRow tombstone = store.inTransaction(tx -> tx.find(Tombstone.of(learner)))
                    .orElseThrow(() -> new InvalidInputException(
                            ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner));
            return new DeletionOutcome.Deleted(receipts.of(tombstone.nsUid()));
        }
        NamespaceRow namespace = found.get();
        if (namespace.state() != NamespaceState.DELETING) {
            return new DeletionOutcome.Held();
        }
        finish(namespace);
        return new DeletionOutcome.Deleted(receipts.of(namespace.nsUid()));
    }

    /** The learner's namespace, marked unless it is under legal hold; empty if there is none. */
    private Optional<NamespaceRow> mark(StoreTx tx, GuardianRequest request, Decision.Granted granted) {
        Optional<NamespaceRow> found = tx.find(request.learner());
        if (found.isEmpty() || found.get().state() == NamespaceState.DELETING) {
            return found;
        }
        NamespaceRow namespace = found.get();
        ObjectNode details = JsonNodeFactory.instance.objectNode().put("method", granted.method());
        if (namespace.legalHold()) {
            journal.auditInClear(tx, namespace.nsUid(), actor(request), "DELETION_HELD", operationIds.get(), details);
            return found;
        }
        deletion.mark(tx, namespace, actor(request), REQUESTED, details);
        return Optional.of(namespace.withState(NamespaceState.DELETING).nextRevision());
    }

    private void finish(NamespaceRow namespace) {
        deletion.finish(namespace.learner(), namespace.nsUid());
        listener.onEvent(new LifecycleEvent.NamespaceDeleted(namespace.nsUid()));
    }

    /**
     * Goes on with deletions that were begun; deletes again what the vault knows as destroyed and a restored store has; destroys
     * again the keys that a restored vault has. One namespace's failure does not touch the others.
     *
     * @return how many namespaces were deleted
     * @throws PfmException if the vault cannot tell what was destroyed, or if at least one could not be deleted
     */
    public int resume() {
        Set<NsUid> destroyed = deletion.destroyed();
        int deleted = 0;
        List<PfmException> failures = new ArrayList<>();
        for (List<NamespaceRow> page = page(null);
                !page.isEmpty();
                page = page(page.get(page.size() - 1).learner())) {
            for (NamespaceRow namespace : page) {
                try {
                    deleted += resume(namespace, destroyed) ? 1 : 0;
                } catch (PfmException e) {
                    LOG.error("namespace {} is to be deleted, and cannot be now", namespace.nsUid(), e);
                    failures.add(e);
                }
            }
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
        return deleted;
    }

    private boolean resume(NamespaceRow namespace, Set<NsUid> destroyed) {
        boolean gone = destroyed.contains(namespace.nsUid());
        if (namespace.state() == NamespaceState.DELETED) {
            deletion.destroy(namespace.nsUid()); // a vault was restored, or a late worker left a blob
            return false;
        }
        if (namespace.state() != NamespaceState.DELETING) {
            if (!gone) {
                return false;
            }
            LOG.warn(
                    "namespace {} was deleted before, and a backup brought it back: it is deleted again",
                    namespace.nsUid());
            Transactions.idempotent(store, tx -> {
                Optional<NamespaceRow> now = tx.find(namespace.learner())
                        .filter(row -> row.nsUid().equals(namespace.nsUid()) && row.state() != NamespaceState.DELETING);
                now.ifPresent(row -> deletion.mark(
                        tx, row, NamespaceChange.ENGINE, "DELETION_REPEATED", JsonNodeFactory.instance.objectNode()));
                return true;
            });
        }
        finish(namespace);
        return true;
    }

    private List<NamespaceRow> page(@Nullable LearnerId after) {
        return store.inTransaction(tx -> tx.namespaces(after, PAGE));
    }

    private static String actor(GuardianRequest request) {
        return "guardian " + request.guardian();
    }
}
