/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.checkpoint.CheckpointMaker;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.Planned;
import io.privatefm.core.checkpoint.Publication;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.lease.NamespaceLease;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.plan.PolicyJson;
import io.privatefm.core.recovery.Misfits;
import io.privatefm.core.recovery.ReadDamage;
import io.privatefm.core.recovery.Retraining;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.Settled;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.VariantRow;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Merges one namespace: plan, execute, publish. */
public final class NamespaceMerger {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceMerger.class);

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final Rebases rebases;
    private final Misfits misfits;
    private final MergePlanner planner;
    private final CheckpointReader reader;
    private final CheckpointMaker maker;
    private final Journal journal;
    private final LeaseKeeper keeper;
    private final ReadDamage damage;
    private final OrchestratorListener listener;
    private final MergeFailures failures;
    private final InstantSource clock;

    /**
     * What a plan is made from, read in one transaction.
     *
     * @param adapters without those that are set aside
     */
    private record Snapshot(NamespaceRow namespace, List<AdapterRow> adapters, Optional<CheckpointRow> head) {}

    /**
     * The foundation release that a namespace is to be merged on.
     *
     * @param considered the release that it would have moved to if all its adapters fitted
     * @param misfits those that did not, and why
     */
    private record Goal(String release, String considered, SortedMap<Subject, String> misfits) {}

    public NamespaceMerger(
            OrchestratorStore store,
            Foundations foundations,
            Rebases rebases,
            Misfits misfits,
            MergePlanner planner,
            CheckpointReader reader,
            CheckpointMaker maker,
            Journal journal,
            LeaseKeeper keeper,
            ReadDamage damage,
            OrchestratorListener listener,
            MergeFailures failures,
            InstantSource clock) {
        this.store = store;
        this.foundations = foundations;
        this.rebases = rebases;
        this.misfits = misfits;
        this.planner = planner;
        this.reader = reader;
        this.maker = maker;
        this.journal = journal;
        this.keeper = keeper;
        this.damage = damage;
        this.listener = listener;
        this.failures = failures;
        this.clock = clock;
    }

    /** Plans the next checkpoint of a learner; reads rows and, once for each release, the foundation. */
    public PlanOutcome plan(LearnerId learner) {
        Snapshot snapshot = snapshot(learner);
        return plan(snapshot, goal(snapshot).release());
    }

    /** Plans and executes, under the namespace's lease. */
    public MergeOutcome merge(LearnerId learner) {
        Snapshot snapshot = snapshot(learner);
        return plan(snapshot, goal(snapshot).release()) instanceof PlanOutcome.UpToDate
                ? new MergeOutcome.UpToDate()
                : heard(snapshot.namespace().nsUid(), learner, null);
    }

    /**
     * Computes and publishes what a plan says. Bad adapters, damaged data and a stale plan are rejections: the namespace keeps
     * the checkpoint it has.
     *
     * @throws PfmException of kind {@link ErrorCode.Kind#ENVIRONMENT} if disk or database fail
     */
    public MergeOutcome execute(LearnerId learner, MergePlan plan) {
        return heard(plan.namespace(), learner, plan);
    }

    private MergeOutcome heard(NsUid namespace, LearnerId learner, @Nullable MergePlan expected) {
        try {
            return merge(learner, expected, NightStop.NEVER);
        } catch (PfmException e) {
            failures.thrown(learner, namespace, e);
            throw e;
        }
    }

    /**
     * Merges as a night does: without looking first whether there is anything to do, and with a note in the row if there is not.
     * Rejections are told to listeners and host, errors are left to the caller.
     *
     * @param expected the plan to execute; null for whatever there is to do
     * @param stop what it throws ends the merge: nothing is published, and the namespace waits again
     */
    MergeOutcome merge(LearnerId learner, @Nullable MergePlan expected, NightStop stop) {
        Begun begun = Transactions.run(store, tx -> begin(tx, learner));
        if (begun.lease().isEmpty()) {
            return begun.state() == NamespaceState.MERGING || begun.state() == NamespaceState.ACTIVE
                    ? new MergeOutcome.InProgress()
                    : rejected(begun.snapshot(), "the namespace is in state " + begun.state());
        }
        Lease lease = begun.lease().get();
        Snapshot snapshot = begun.snapshot();
        Optional<Settled> settled = Optional.empty();
        boolean published = false;
        try (LeaseKeeper.Kept kept = keeper.keep(lease)) {
            Goal goal = goal(snapshot);
            if (!goal.misfits().isEmpty()) {
                snapshot = defer(snapshot, lease, goal);
            }
            PlanOutcome outcome = plan(snapshot, goal.release());
            if (expected != null && !outcome.equals(new PlanOutcome.Due(expected))) {
                return rejected(
                        snapshot, "the plan is stale: the namespace, its adapters or the foundation changed since");
            }
            if (outcome instanceof PlanOutcome.Due due) {
                MergeOutcome merged = execute(snapshot, kept, due.plan(), goal, stop);
                published = merged instanceof MergeOutcome.Merged;
                return merged;
            }
            if (outcome instanceof PlanOutcome.Rejected reason) {
                return rejected(snapshot, reason.reason());
            }
            settled = Optional.of(
                    new Settled(snapshot.namespace().eventHead(), basis(snapshot.namespace(), goal.considered())));
            return new MergeOutcome.UpToDate();
        } catch (OutcomeUnknownException e) {
            published = true; // perhaps: nothing is touched before that is known; the lease expires
            throw e;
        } finally {
            if (!published) {
                NamespaceLease.end(store, lease, snapshot.namespace(), settled);
            }
        }
    }

    /** What a merge begins with: the lease, unless another has it, and what the plan is made from. */
    private record Begun(Optional<Lease> lease, NamespaceState state, Snapshot snapshot) {}

    private Begun begin(StoreTx tx, LearnerId learner) {
        Snapshot before = snapshot(tx, learner);
        NamespaceRow namespace = before.namespace();
        NamespaceState state = namespace.state();
        if (state != NamespaceState.ACTIVE && state != NamespaceState.MERGING) {
            return new Begun(Optional.empty(), state, before);
        }
        Optional<Lease> lease = NamespaceLease.acquire(tx, namespace.nsUid(), keeper);
        if (lease.isPresent() && state == NamespaceState.ACTIVE) {
            NamespaceRow merging = NamespaceRows.replace(tx, namespace, namespace.withState(NamespaceState.MERGING));
            return new Begun(lease, state, new Snapshot(merging, before.adapters(), before.head()));
        }
        return new Begun(lease, state, before);
    }

    private MergeOutcome execute(Snapshot snapshot, LeaseKeeper.Kept lease, MergePlan plan, Goal goal, NightStop stop) {
        Instant start = clock.instant();
        CheckpointRow checkpoint;
        try {
            checkpoint = publish(snapshot, lease, plan, goal, stop);
        } catch (ConflictException e) {
            return rejected(snapshot, String.valueOf(e.getMessage()));
        } catch (PfmException e) {
            if (e.code().kind() == ErrorCode.Kind.ENVIRONMENT) {
                throw e;
            }
            if (e instanceof CorruptDataException corrupt) {
                damage.met(snapshot.namespace(), "the merge of version " + plan.version(), corrupt);
            }
            return rejected(snapshot, String.valueOf(e.getMessage()));
        }
        listener.onEvent(new LifecycleEvent.MergeCompleted(
                plan.namespace(),
                checkpoint.version(),
                checkpoint.checkpointHash(),
                checkpoint.variants().size(),
                checkpoint.variants().stream().mapToLong(row -> row.blobBytes()).sum(),
                Duration.between(start, clock.instant())));
        return new MergeOutcome.Merged(checkpoint);
    }

    private MergeOutcome rejected(Snapshot snapshot, String reason) {
        failures.rejected(snapshot.namespace().learner(), snapshot.namespace().nsUid(), reason);
        return new MergeOutcome.Rejected(reason);
    }

    private PlanOutcome plan(Snapshot snapshot, String release) {
        NamespaceRow namespace = snapshot.namespace();
        boolean nothing = snapshot.adapters().isEmpty()
                && snapshot.head().map(row -> row.variants().isEmpty()).orElse(true);
        if (nothing && release.equals(namespace.foundationRelease())) {
            return new PlanOutcome.UpToDate();
        }
        return planner.plan(
                namespace,
                PolicyJson.read(namespace.policy()),
                release,
                foundations.contentHash(release),
                snapshot.adapters(),
                snapshot.head());
    }

    /** Which releases namespaces are to be merged on as of now; empty if the foundation store does not answer. */
    Optional<Rebase> rebase() {
        try {
            return Optional.of(rebases.now());
        } catch (PfmException e) {
            LOG.warn("the foundation's releases cannot be listed; namespaces stay on theirs", e);
            return Optional.empty();
        }
    }

    private Goal goal(Snapshot snapshot) {
        String pinned = snapshot.namespace().foundationRelease();
        String target = rebases.now().target(snapshot.namespace());
        if (target.equals(pinned)) {
            return new Goal(pinned, pinned, new TreeMap<>());
        }
        try (Foundation foundation = foundations.open(target)) {
            SortedMap<Subject, String> reasons = misfits.of(snapshot.adapters(), foundation);
            return new Goal(reasons.isEmpty() ? target : pinned, target, reasons);
        } catch (FoundationWrongException | UnavailableException e) {
            LOG.warn(
                    "namespace {} stays on release {} for now",
                    snapshot.namespace().nsUid(),
                    pinned,
                    e);
            return new Goal(pinned, pinned, new TreeMap<>());
        }
    }

    /** Writes down that a namespace stays on its release, and asks for the adapters that keep it there to be trained again. */
    private Snapshot defer(Snapshot snapshot, Lease lease, Goal goal) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("foundation_release", goal.considered());
        ObjectNode adapters = payload.putObject("adapters");
        goal.misfits().forEach((subject, reason) -> adapters.put(subject.value(), reason));
        Snapshot deferred = Transactions.run(store, tx -> {
            if (!tx.leases().lock(lease)) {
                throw new ConflictException("another worker has its lease since");
            }
            Snapshot now = snapshot(tx, snapshot.namespace().learner());
            NamespaceChange change = journal.change(tx, now.namespace()).event(EventType.REBASE_DEFERRED, payload);
            goal.misfits().forEach((subject, reason) -> Retraining.request(change, subject, goal.considered(), reason));
            return new Snapshot(change.write(), now.adapters(), now.head());
        });
        goal.misfits()
                .forEach((subject, reason) -> listener.onEvent(new LifecycleEvent.RetrainingRequested(
                        deferred.namespace().nsUid(), subject, goal.considered(), reason)));
        return deferred;
    }

    /** What a plan for a namespace rests on, besides its events, if it is to be merged on this release. */
    Sha256 basis(NamespaceRow namespace, String release) {
        return planner.basis(PolicyJson.read(namespace.policy()), release, foundations.contentHash(release));
    }

    private CheckpointRow publish(
            Snapshot snapshot, LeaseKeeper.Kept lease, MergePlan plan, Goal goal, NightStop stop) {
        try (Foundation foundation = foundations.open(plan.foundationRelease())) {
            List<String> takenOver =
                    plan.takenOver().stream().map(VariantRow::name).toList();
            Publication publication = new Publication(
                    new Planned(snapshot.namespace(), lease.lease()),
                    plan,
                    snapshot.head(),
                    snapshot.head().map(head -> reader.entries(head, takenOver)).orElse(List.of()),
                    Optional.of(basis(snapshot.namespace(), goal.considered())),
                    Publication.Around.NOTHING);
            return maker.publish(publication, foundation, maker.compute(plan, foundation, snapshot.adapters(), () -> {
                stop.check();
                return lease.lost();
            }));
        }
    }

    private Snapshot snapshot(LearnerId learner) {
        return store.inTransaction(tx -> snapshot(tx, learner));
    }

    private static Snapshot snapshot(StoreTx tx, LearnerId learner) {
        NamespaceRow namespace = tx.find(learner)
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner));
        return new Snapshot(
                namespace,
                tx.adapters(namespace.nsUid()).stream()
                        .filter(adapter -> !adapter.setAside())
                        .toList(),
                tx.checkpoints(namespace.nsUid(), 1).stream().findFirst());
    }
}
