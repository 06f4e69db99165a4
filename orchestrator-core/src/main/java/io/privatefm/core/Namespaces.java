/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.EventLog;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.plan.PolicyJson;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The learners' namespaces. Safe for use by several threads at once. */
public final class Namespaces {
    private final OrchestratorStore store;
    private final Foundations foundations;
    private final MergePolicy defaultPolicy;
    private final Supplier<NsUid> uids;
    private final OrchestratorListener listener;
    private final InstantSource clock;

    Namespaces(
            OrchestratorStore store,
            Foundations foundations,
            MergePolicy defaultPolicy,
            Supplier<NsUid> uids,
            OrchestratorListener listener,
            InstantSource clock) {
        this.store = store;
        this.foundations = foundations;
        this.defaultPolicy = defaultPolicy;
        this.uids = uids;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Makes a learner's namespace, on the newest foundation release and with the default policy. A learner who has one keeps
     * it as it is: the same call twice, or the same event twice, makes one namespace.
     *
     * @param subjects at least one
     * @return the namespace, new or as it was
     * @throws InvalidInputException if there is no subject
     */
    public NamespaceRow provision(LearnerId learner, Collection<Subject> subjects) {
        return provision(learner, subjects, defaultPolicy);
    }

    /** Makes a learner's namespace with a policy of its own; otherwise as {@link #provision(LearnerId, Collection)}. */
    public NamespaceRow provision(LearnerId learner, Collection<Subject> subjects, MergePolicy policy) {
        List<Subject> sorted = List.copyOf(new TreeSet<>(subjects));
        requireSound(sorted, policy);
        Optional<NamespaceRow> existing = find(learner);
        if (existing.isPresent()) {
            return existing.get();
        }
        NamespaceRow first = new NamespaceRow(
                learner,
                uids.get(),
                sorted,
                NamespaceState.ACTIVE,
                foundations.newest().name(),
                PolicyJson.write(policy),
                0,
                0,
                1);
        NamespaceRow created;
        try {
            created = Transactions.run(store, tx -> create(tx, first));
        } catch (AlreadyExistsException e) {
            return get(learner);
        }
        listener.onEvent(new LifecycleEvent.NamespaceCreated(created.nsUid()));
        return created;
    }

    /** A learner's namespace. */
    public Optional<NamespaceRow> find(LearnerId learner) {
        return store.inTransaction(tx -> tx.find(learner));
    }

    /**
     * A learner's namespace.
     *
     * @throws InvalidInputException with {@link ErrorCode#NAMESPACE_NOT_FOUND} if there is none
     */
    public NamespaceRow get(LearnerId learner) {
        return find(learner)
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner));
    }

    /**
     * Namespaces in ascending order of learner, a page at a time.
     *
     * @param after the last learner of the page before, {@code null} for the first page
     * @param limit at most this many, at least 1
     */
    public List<NamespaceRow> page(@Nullable LearnerId after, int limit) {
        return store.inTransaction(tx -> tx.namespaces(after, limit));
    }

    /**
     * A learner's event log, ascending.
     *
     * @param fromSeq first sequence number, from 1
     * @param limit at most this many, at least 1
     */
    public List<EventRow> events(LearnerId learner, long fromSeq, int limit) {
        NsUid uid = get(learner).nsUid();
        return store.inTransaction(tx -> tx.events(uid, fromSeq, limit));
    }

    private NamespaceRow create(StoreTx tx, NamespaceRow row) {
        tx.insert(row);
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("foundation_release", row.foundationRelease()).put("policy", row.policy());
        ArrayNode subjects = payload.putArray("subjects");
        row.subjects().forEach(subject -> subjects.add(subject.value()));
        NamespaceRow next = EventLog.append(tx, row, EventLog.Type.NAMESPACE_CREATED, payload, clock.instant());
        if (!tx.compareAndSet(row, next)) {
            throw new ConflictException("namespace " + row.nsUid() + " was changed by another writer");
        }
        return next;
    }

    private static void requireSound(List<Subject> subjects, MergePolicy policy) {
        if (subjects.isEmpty()) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "a namespace needs at least one subject");
        }
        for (CombinedVariant variant : policy.combined()) {
            if (policy.separate() && subjects.contains(Subject.of(variant.name()))) {
                throw new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT, "combined variant " + variant.name() + " is named as a subject");
            }
            if (!subjects.containsAll(variant.weights().keySet())) {
                throw new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT,
                        "combined variant " + variant.name() + " has subjects that the namespace has not");
            }
        }
    }
}
