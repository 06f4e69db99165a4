/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells that a merge led to no checkpoint: the listeners each time, the host by a message once for each new reason. A reason is new unless
 * the newest audit entry of the namespace is of the same one: then nothing has happened to it since. Never throws: a night goes on.
 */
public final class MergeFailures {
    /** Topic of the messages, and action of the audit entries. */
    static final String TOPIC = "MERGE_FAILED";

    private static final Logger LOG = LoggerFactory.getLogger(MergeFailures.class);

    private final OrchestratorStore store;
    private final Journal journal;
    private final Supplier<String> operationIds;
    private final OrchestratorListener listener;

    /** @param operationIds gives a new unique id at each call */
    public MergeFailures(
            OrchestratorStore store, Journal journal, Supplier<String> operationIds, OrchestratorListener listener) {
        this.store = store;
        this.journal = journal;
        this.operationIds = operationIds;
        this.listener = listener;
    }

    /** A merge was rejected. */
    void rejected(LearnerId learner, NsUid namespace, String reason) {
        listener.onEvent(new LifecycleEvent.MergeFailed(namespace, reason));
        tell(learner, namespace, reason);
    }

    /** A merge that somebody waits for ended with an error; only the listeners hear of one after which the caller may simply try again. */
    void thrown(LearnerId learner, NsUid namespace, PfmException error) {
        if (error.retryable()) {
            listener.onEvent(new LifecycleEvent.MergeFailed(namespace, String.valueOf(error.getMessage())));
        } else {
            failed(learner, namespace, error);
        }
    }

    /** A merge ended with an error; the message has its code only: its text may tell of disks and hosts, and differs each time. */
    void failed(LearnerId learner, NsUid namespace, PfmException error) {
        listener.onEvent(new LifecycleEvent.MergeFailed(namespace, String.valueOf(error.getMessage())));
        if (!(error instanceof OutcomeUnknownException)) { // nothing is touched before it is known
            tell(learner, namespace, error.code().name());
        }
    }

    /** A merge ended with what is a mistake of this program or of a plug-in. */
    void failed(LearnerId learner, NsUid namespace, RuntimeException error, String reason) {
        listener.onEvent(new LifecycleEvent.MergeFailed(namespace, reason));
        tell(learner, namespace, "internal error: " + error.getClass().getSimpleName());
    }

    private void tell(LearnerId learner, NsUid namespace, String reason) {
        try {
            Optional<NamespaceRow> found = store.inTransaction(tx -> find(tx, learner, namespace));
            if (found.isPresent() && !isKnown(found.get(), reason)) {
                Transactions.run(store, tx -> {
                    find(tx, learner, namespace).ifPresent(now -> write(tx, now, reason));
                    return true;
                });
            }
        } catch (PfmException e) {
            LOG.warn("that merging namespace {} failed cannot be sent now", namespace, e);
        } catch (RuntimeException e) {
            LOG.error("that merging namespace {} failed cannot be sent", namespace, e);
        }
    }

    private static Optional<NamespaceRow> find(StoreTx tx, LearnerId learner, NsUid namespace) {
        return tx.find(learner)
                .filter(row -> row.nsUid().equals(namespace)
                        && row.state() != NamespaceState.DELETING
                        && row.state() != NamespaceState.DELETED);
    }

    private boolean isKnown(NamespaceRow namespace, String reason) {
        return journal.isNewestAudit(store, namespace.nsUid(), TOPIC, details(namespace, reason));
    }

    /** Changes nothing that a plan rests on, so that the next night does what it would have done. */
    private void write(StoreTx tx, NamespaceRow namespace, String reason) {
        ObjectNode details = details(namespace, reason);
        journal.change(tx, NamespaceRows.require(tx, namespace))
                .message(TOPIC, details)
                .audit(TOPIC, operationIds.get(), details)
                .write();
    }

    private static ObjectNode details(NamespaceRow namespace, String reason) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("reason", reason)
                .put("foundation_release", namespace.foundationRelease());
    }
}
