/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.checkpoint.CheckpointPublisher;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.merge.MergeExecutor;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.plan.PolicyJson;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.merge.VariantPlan;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Merges one namespace: plan, execute, publish. */
public final class NamespaceMerger {
    private final OrchestratorStore store;
    private final Foundations foundations;
    private final AdapterArchive archive;
    private final MergePlanner planner;
    private final MergeExecutor executor;
    private final CheckpointPublisher publisher;
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
            OrchestratorListener listener,
            InstantSource clock) {
        this.store = store;
        this.foundations = foundations;
        this.archive = archive;
        this.planner = planner;
        this.executor = executor;
        this.publisher = publisher;
        this.listener = listener;
        this.clock = clock;
    }

    /** Plans the next checkpoint of a learner; reads rows and, once for each release, the foundation. */
    public PlanOutcome plan(LearnerId learner) {
        return plan(snapshot(learner));
    }

    /** Plans and executes. */
    public MergeOutcome merge(LearnerId learner) {
        Snapshot snapshot = snapshot(learner);
        PlanOutcome outcome = plan(snapshot);
        if (outcome instanceof PlanOutcome.Due due) {
            return execute(learner, due.plan());
        }
        return outcome instanceof PlanOutcome.Rejected rejected
                ? rejected(snapshot, rejected.reason())
                : new MergeOutcome.UpToDate();
    }

    /**
     * Computes and publishes what a plan says. Bad adapters, damaged data and a stale plan are rejections: the namespace keeps
     * the checkpoint it has.
     *
     * @throws PfmException of kind {@link ErrorCode.Kind#ENVIRONMENT} if disk or database fail
     */
    public MergeOutcome execute(LearnerId learner, MergePlan plan) {
        Instant start = clock.instant();
        Snapshot snapshot = snapshot(learner);
        if (!plan(snapshot).equals(new PlanOutcome.Due(plan))) {
            return rejected(snapshot, "the plan is stale: the namespace, its adapters or the foundation changed since");
        }
        CheckpointRow checkpoint;
        try {
            checkpoint = merge(snapshot, plan);
        } catch (ConflictException e) {
            return rejected(snapshot, String.valueOf(e.getMessage()));
        } catch (PfmException e) {
            if (e.code().kind() == ErrorCode.Kind.ENVIRONMENT) {
                listener.onEvent(new LifecycleEvent.MergeFailed(plan.namespace(), String.valueOf(e.getMessage())));
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

    private CheckpointRow merge(Snapshot snapshot, MergePlan plan) {
        Map<Subject, Adapter> adapters = new HashMap<>();
        try (Foundation foundation = foundations.open(foundations.named(plan.foundationRelease()))) {
            for (AdapterRow row : snapshot.adapters()) {
                if (isInput(row.subject(), plan)) {
                    adapters.put(row.subject(), archive.open(row));
                }
            }
            List<MergedVariant> merged = new ArrayList<>();
            for (VariantPlan variant : plan.compute()) {
                merged.add(executor.execute(plan.namespace(), variant, foundation, adapters));
            }
            return publisher.publish(snapshot.namespace(), plan, foundation, merged, snapshot.head());
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
        return store.inTransaction(tx -> {
            NamespaceRow namespace = tx.find(learner)
                    .orElseThrow(() -> new InvalidInputException(
                            ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner));
            return new Snapshot(
                    namespace,
                    tx.adapters(namespace.nsUid()),
                    tx.checkpoints(namespace.nsUid(), 1).stream().findFirst());
        });
    }
}
