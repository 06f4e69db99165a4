/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.guardian.Tombstone;
import io.privatefm.core.inbox.ReadyMessage;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.plan.PolicyJson;
import io.privatefm.core.seal.Keyring;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.Reconciliation;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.Settled;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.TxWork;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The learners' namespaces. Safe for use by several threads at once. */
public final class Namespaces {
    private static final Logger LOG = LoggerFactory.getLogger(Namespaces.class);
    private static final int PAGE = 500;

    /** Without adapters there is nothing to merge, whatever a plan rests on. */
    private static final Sha256 NO_BASIS = new Sha256(0, 0, 0, 0);

    private static final long FIRST_GENERATION = 1;

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final MergePolicy defaultPolicy;
    private final Supplier<NsUid> uids;
    private final Supplier<String> operationIds;
    private final @Nullable Keyring keyring;
    private final OrchestratorListener listener;
    private final Journal journal;

    Namespaces(
            OrchestratorStore store,
            Foundations foundations,
            MergePolicy defaultPolicy,
            Supplier<NsUid> uids,
            Supplier<String> operationIds,
            @Nullable Keyring keyring,
            OrchestratorListener listener,
            Journal journal) {
        this.store = store;
        this.foundations = foundations;
        this.defaultPolicy = defaultPolicy;
        this.uids = uids;
        this.operationIds = operationIds;
        this.keyring = keyring;
        this.listener = listener;
        this.journal = journal;
    }

    /**
     * Makes a learner's namespace, on the newest foundation release and with the default policy. A learner who has one keeps
     * it as it is: the same call twice, or the same event twice, makes one namespace.
     *
     * @param subjects at least one
     * @return the namespace, new or as it was
     * @throws InvalidInputException if there is no subject; with {@link ErrorCode#NAMESPACE_DELETED} if the learner was deleted
     */
    public NamespaceRow provision(LearnerId learner, Collection<Subject> subjects) {
        return provision(learner, subjects, defaultPolicy);
    }

    /** Makes a learner's namespace with a policy of its own; otherwise as {@link #provision(LearnerId, Collection)}. */
    public NamespaceRow provision(LearnerId learner, Collection<Subject> subjects, MergePolicy policy) {
        return provisioned(learner, provision(learner, subjects, policy, this::newest, tx -> true));
    }

    /**
     * Makes a learner's namespace on a foundation release that is not the newest; otherwise as {@link #provision(LearnerId, Collection)}.
     *
     * @throws InvalidInputException also if there is no such release
     */
    public NamespaceRow provision(
            LearnerId learner, Collection<Subject> subjects, MergePolicy policy, String foundationRelease) {
        Supplier<String> release = () -> foundations.named(foundationRelease).name();
        return provisioned(learner, provision(learner, subjects, policy, release, tx -> true));
    }

    /**
     * Makes a learner's namespace, with the default policy, for a host whose callers must know who made it: of several calls at once one
     * makes it, and the others fail.
     *
     * @param foundationRelease empty for the newest
     * @throws AlreadyExistsException if the learner has one; it stays as it is
     * @throws InvalidInputException as {@link #provision(LearnerId, Collection, MergePolicy, String)}
     */
    public NamespaceRow create(LearnerId learner, Collection<Subject> subjects, Optional<String> foundationRelease) {
        NsUid own = uids.get();
        Supplier<String> release = () ->
                foundationRelease.map(name -> foundations.named(name).name()).orElseGet(this::newest);
        NamespaceRow namespace =
                provisioned(learner, provision(learner, subjects, defaultPolicy, release, tx -> true, () -> own));
        if (!namespace.nsUid().equals(own)) {
            throw new AlreadyExistsException("learner " + learner + " has a namespace already");
        }
        return namespace;
    }

    private String newest() {
        return foundations.newest().name();
    }

    private NamespaceRow provisioned(LearnerId learner, Optional<NamespaceRow> made) {
        NamespaceRow namespace = made.orElseGet(() -> get(learner));
        if (isDeleted(namespace)) {
            throw new InvalidInputException(
                    ErrorCode.NAMESPACE_DELETED,
                    "learner " + learner + " was deleted at a guardian's request; a new id is needed to begin anew");
        }
        return namespace;
    }

    /**
     * Makes a learner's namespace because a message said so, unless that message was taken before, or the learner was deleted: no message
     * brings anybody back. A learner who has one keeps it as it is, whatever subjects the message names.
     *
     * @param first notes that the message is taken; false if it was taken before
     */
    void provision(ReadyMessage message, TxWork<Boolean> first) {
        Optional<NamespaceRow> namespace =
                provision(message.learner(), message.subjects(), defaultPolicy, this::newest, first);
        namespace
                .filter(row -> !isDeleted(row) && !row.subjects().equals(sorted(message.subjects())))
                .ifPresent(row -> LOG.warn(
                        "namespace {} was to be made with subjects {}; it keeps those that it has, {}",
                        row.nsUid(),
                        message.subjects(),
                        row.subjects()));
    }

    private static boolean isDeleted(NamespaceRow namespace) {
        return namespace.state() == NamespaceState.DELETING || namespace.state() == NamespaceState.DELETED;
    }

    private static List<Subject> sorted(Collection<Subject> subjects) {
        return List.copyOf(new TreeSet<>(subjects));
    }

    private Optional<NamespaceRow> provision(
            LearnerId learner,
            Collection<Subject> subjects,
            MergePolicy policy,
            Supplier<String> release,
            TxWork<Boolean> first) {
        return provision(learner, subjects, policy, release, first, uids);
    }

    private Optional<NamespaceRow> provision(
            LearnerId learner,
            Collection<Subject> subjects,
            MergePolicy policy,
            Supplier<String> release,
            TxWork<Boolean> first,
            Supplier<NsUid> uid) {
        List<Subject> sorted = sorted(subjects);
        requireSound(sorted, policy);
        Optional<NamespaceRow> existing = existing(learner, first);
        if (existing.isPresent()) {
            return existing;
        }
        NamespaceRow row = NamespaceRow.first(learner, uid.get(), sorted, release.get(), PolicyJson.write(policy));
        Optional<DataKeyRow> key =
                Optional.ofNullable(keyring).map(ring -> ring.draw(row.nsUid(), FIRST_GENERATION, journal.now()));
        Optional<NamespaceRow> created;
        try {
            created = Transactions.idempotent(
                    store, tx -> first.run(tx) ? Optional.of(create(tx, row, key)) : Optional.empty());
        } catch (AlreadyExistsException e) {
            return existing(learner, first); // another process was first
        }
        created.ifPresent(made -> listener.onEvent(new LifecycleEvent.NamespaceCreated(made.nsUid())));
        return created;
    }

    /** The learner's namespace, or its tombstone, if there is one; the message is taken then, though it changes nothing. */
    private Optional<NamespaceRow> existing(LearnerId learner, TxWork<Boolean> first) {
        return Transactions.idempotent(store, tx -> {
            Optional<NamespaceRow> found = tx.find(learner).or(() -> tx.find(Tombstone.of(learner)));
            found.ifPresent(row -> first.run(tx));
            return found;
        });
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
        return find(learner).orElseThrow(() -> notFound(learner));
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
     * Looks up which of the learners that a host knows have no namespace, as when their events were lost, and which were deleted. Makes
     * nothing: the host calls {@link #provision(LearnerId, Collection)} for those that are missing, or sends their events again.
     *
     * @param learners gone through once, a few hundred at a time; besides these, only what is missing or deleted is kept in memory
     */
    public Reconciliation reconcile(Iterable<LearnerId> learners) {
        List<LearnerId> missing = new ArrayList<>();
        List<LearnerId> deleted = new ArrayList<>();
        List<LearnerId> page = new ArrayList<>();
        long looked = 0;
        for (Iterator<LearnerId> rest = learners.iterator(); rest.hasNext(); ) {
            page.add(rest.next());
            if (page.size() == PAGE || !rest.hasNext()) {
                reconcile(List.copyOf(page), missing, deleted);
                looked += page.size();
                page.clear();
            }
        }
        return new Reconciliation(looked, missing, deleted);
    }

    private void reconcile(List<LearnerId> page, List<LearnerId> missing, List<LearnerId> deleted) {
        List<Optional<NamespaceRow>> found = store.inTransaction(tx -> page.stream()
                .map(learner -> tx.find(learner).or(() -> tx.find(Tombstone.of(learner))))
                .toList());
        for (int i = 0; i < page.size(); i++) {
            if (found.get(i).isEmpty()) {
                missing.add(page.get(i));
            } else if (isDeleted(found.get(i).get())) {
                deleted.add(page.get(i));
            }
        }
    }

    /**
     * A learner's event log, ascending.
     *
     * @param fromSeq first sequence number, from 1
     * @param limit at most this many, at least 1
     */
    public List<EventRow> events(LearnerId learner, long fromSeq, int limit) {
        NsUid uid = get(learner).nsUid();
        return store.inTransaction(tx -> tx.events(uid, fromSeq, limit)).stream()
                .map(row -> journal.opened(uid, row))
                .toList();
    }

    /**
     * Puts a learner's namespace under legal hold, or ends that. Under hold everything of it is kept: no checkpoint is removed for its
     * age, no blob is collected, and a guardian's deletion waits. It goes on being merged. Nothing happens if it is as asked for already.
     *
     * @return the namespace as it is now
     * @throws InvalidInputException with {@link ErrorCode#NAMESPACE_NOT_FOUND} if there is none; with {@link
     *     ErrorCode#NAMESPACE_DELETED} if it is being deleted
     */
    public NamespaceRow setLegalHold(LearnerId learner, boolean held) {
        String operationId = operationIds.get();
        return Transactions.idempotent(store, tx -> {
            NamespaceRow namespace = tx.find(learner).orElseThrow(() -> notFound(learner));
            if (namespace.legalHold() == held) {
                return namespace;
            }
            ObjectNode payload = JsonNodeFactory.instance.objectNode().put("held", held);
            return journal.change(tx, namespace)
                    .row(next -> next.withLegalHold(held))
                    .event(EventType.LEGAL_HOLD_CHANGED, payload)
                    .audit(EventType.LEGAL_HOLD_CHANGED.name(), operationId, payload)
                    .stillSettled()
                    .write();
        });
    }

    static InvalidInputException notFound(LearnerId learner) {
        return new InvalidInputException(ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner);
    }

    private NamespaceRow create(StoreTx tx, NamespaceRow row, Optional<DataKeyRow> key) {
        tx.insert(row);
        if (tx.find(Tombstone.of(row.learner())).isPresent()) { // looked for last: a deletion may have ended just now
            throw new AlreadyExistsException("learner " + row.learner() + " was deleted");
        }
        key.ifPresent(tx.keys()::put);
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("foundation_release", row.foundationRelease()).put("policy", row.policy());
        ArrayNode subjects = payload.putArray("subjects");
        row.subjects().forEach(subject -> subjects.add(subject.value()));
        return journal.change(tx, row)
                .event(EventType.NAMESPACE_CREATED, payload)
                .message(EventType.NAMESPACE_CREATED.name(), payload)
                .audit("NAMESPACE_CREATED", row.nsUid().value(), payload)
                .row(next -> next.withSettled(new Settled(next.eventHead(), NO_BASIS)))
                .write();
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
