/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.checkpoint.CheckpointPublisher;
import io.privatefm.core.checkpoint.Planned;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.merge.MergeExecutor;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.plan.PolicyJson;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.merge.VariantPlan;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Merges one namespace: plan, execute, publish. */
public final class NamespaceMerger {
    private final OrchestratorStore store;
    private final Foundations foundations;
    private final AdapterArchive archive;
    private final MergePlanner planner;
    private final MergeExecutor executor;
    private final CheckpointPublisher publisher;
    private final LeaseKeeper keeper;
    private final OrchestratorListener listener;
    private final InstantSource clock;

    /** What a plan is made from, read in one transaction. */
    private record Snapshot(NamespaceRow namespace, List<AdapterRow> adapters, Optional<CheckpointRow> head) {}

    public NamespaceMerger(
            OrchestratorStore store,
            Foundations foundations,
            AdapterArchive archive,
            MergePlanner planner,
            MergeExecutor executor,
            CheckpointPublisher publisher,
            LeaseKeeper keeper,
            OrchestratorListener listener,
            InstantSource clock) {
        this.store = store;
        this.foundations = foundations;
        this.archive = archive;
        this.planner = planner;
        this.executor = executor;
        this.publisher = publisher;
        this.keeper = keeper;
        this.listener = listener;
        this.clock = clock;
    }

    /** Plans the next checkpoint of a learner; reads rows and, once for each release, the foundation. */
    public PlanOutcome plan(LearnerId learner) {
        return plan(snapshot(learner));
    }

    /** Plans and executes, under the namespace's lease. */
    public MergeOutcome merge(LearnerId learner) {
        Snapshot snapshot = snapshot(learner);
        return plan(snapshot) instanceof PlanOutcome.UpToDate
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
            listener.onEvent(new LifecycleEvent.MergeFailed(namespace, String.valueOf(e.getMessage())));
            throw e;
        }
    }

    /**
     * Merges as a night does: without looking first whether there is anything to do, and with a note in the row if there is not.
     * Rejections are told to the listeners, errors are left to the caller.
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
            PlanOutcome outcome = plan(snapshot);
            if (expected != null && !outcome.equals(new PlanOutcome.Due(expected))) {
                return rejected(
                        snapshot, "the plan is stale: the namespace, its adapters or the foundation changed since");
            }
            if (outcome instanceof PlanOutcome.Due due) {
                MergeOutcome merged = execute(snapshot, kept, due.plan(), stop);
                published = merged instanceof MergeOutcome.Merged;
                return merged;
            }
            if (outcome instanceof PlanOutcome.Rejected reason) {
                return rejected(snapshot, reason.reason());
            }
            settled = Optional.of(new Settled(snapshot.namespace().eventHead(), basis(snapshot.namespace())));
            return new MergeOutcome.UpToDate();
        } catch (OutcomeUnknownException e) {
            published = true; // perhaps: nothing is touched before that is known; the lease expires
            throw e;
        } finally {
            if (!published) {
                MergeLease.end(store, lease, snapshot.namespace(), settled);
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
        Optional<Lease> lease = MergeLease.acquire(tx, namespace.nsUid(), keeper);
        if (lease.isPresent() && state == NamespaceState.ACTIVE) {
            NamespaceRow merging = namespace.withState(NamespaceState.MERGING).nextRevision();
            if (!tx.compareAndSet(namespace, merging)) {
                throw new ConflictException("namespace " + namespace.nsUid() + " was changed by another writer");
            }
            return new Begun(lease, state, new Snapshot(merging, before.adapters(), before.head()));
        }
        return new Begun(lease, state, before);
    }

    private MergeOutcome execute(Snapshot snapshot, LeaseKeeper.Kept lease, MergePlan plan, NightStop stop) {
        Instant start = clock.instant();
        CheckpointRow checkpoint;
        try {
            checkpoint = publish(snapshot, lease, plan, stop);
        } catch (ConflictException e) {
            return rejected(snapshot, String.valueOf(e.getMessage()));
        } catch (PfmException e) {
            if (e.code().kind() == ErrorCode.Kind.ENVIRONMENT) {
                throw e;
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
        listener.onEvent(new LifecycleEvent.MergeFailed(snapshot.namespace().nsUid(), reason));
        return new MergeOutcome.Rejected(reason);
    }

    private PlanOutcome plan(Snapshot snapshot) {
        NamespaceRow namespace = snapshot.namespace();
        if (snapshot.adapters().isEmpty()) {
            return new PlanOutcome.UpToDate();
        }
        return planner.plan(
                namespace,
                PolicyJson.read(namespace.policy()),
                namespace.foundationRelease(),
                foundations.contentHash(namespace.foundationRelease()),
                snapshot.adapters(),
                snapshot.head());
    }

    /** What a plan for a namespace rests on now, besides its events. */
    Sha256 basis(NamespaceRow namespace) {
        return planner.basis(
                PolicyJson.read(namespace.policy()),
                namespace.foundationRelease(),
                foundations.contentHash(namespace.foundationRelease()));
    }

    private CheckpointRow publish(Snapshot snapshot, LeaseKeeper.Kept lease, MergePlan plan, NightStop stop) {
        Map<Subject, Adapter> adapters = new HashMap<>();
        try (Foundation foundation = foundations.open(foundations.named(plan.foundationRelease()))) {
            for (AdapterRow row : snapshot.adapters()) {
                if (isInput(row.subject(), plan)) {
                    adapters.put(row.subject(), archive.open(row));
                }
            }
            List<MergedVariant> merged = new ArrayList<>();
            for (VariantPlan variant : plan.compute()) {
                merged.add(executor.execute(plan.namespace(), plan.version(), variant, foundation, adapters, () -> {
                    stop.check();
                    return lease.lost();
                }));
            }
            return publisher.publish(
                    new Planned(snapshot.namespace(), lease.lease()),
                    basis(snapshot.namespace()),
                    plan,
                    foundation,
                    merged,
                    snapshot.head());
        } finally {
            adapters.values().forEach(Adapter::close);
        }
    }

    private static boolean isInput(Subject subject, MergePlan plan) {
        return plan.compute().stream()
                .flatMap(variant -> variant.inputs().stream())
                .anyMatch(input -> input.subject().equals(subject));
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
                tx.adapters(namespace.nsUid()),
                tx.checkpoints(namespace.nsUid(), 1).stream().findFirst());
    }
}
