/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.foundation.Foundations;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nightly batch: passes over all namespaces page by page, plans each, then merges those that are due. One namespace's
 * failure does not touch the others.
 */
public final class NightShift {
    private static final Logger LOG = LoggerFactory.getLogger(NightShift.class);
    private static final int PAGE = 500;

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final NamespaceMerger merger;
    private final OrchestratorListener listener;

    /** A namespace with something to do: a plan, or the reason why there is none. */
    private record Due(NamespaceRow namespace, PlanOutcome outcome) {}

    public NightShift(
            OrchestratorStore store, Foundations foundations, NamespaceMerger merger, OrchestratorListener listener) {
        this.store = store;
        this.foundations = foundations;
        this.merger = merger;
        this.listener = listener;
    }

    /** Runs one night to its end, on the calling thread. */
    public NightReport run() {
        foundations.forget();
        List<Due> due = new ArrayList<>();
        int namespaces = 0;
        int upToDate = 0;
        for (List<NamespaceRow> page = page(null);
                !page.isEmpty();
                page = page(page.get(page.size() - 1).learner())) {
            for (NamespaceRow namespace : page) {
                if (namespace.state() == NamespaceState.ACTIVE) {
                    namespaces++;
                    PlanOutcome outcome = plan(namespace.learner());
                    if (outcome instanceof PlanOutcome.UpToDate) {
                        upToDate++;
                    } else {
                        due.add(new Due(namespace, outcome));
                    }
                }
            }
        }
        return new NightReport(namespaces, upToDate, mergeAll(due));
    }

    private List<NightReport.Result> mergeAll(List<Due> due) {
        listener.onEvent(new LifecycleEvent.NightStarted(due.size()));
        List<NightReport.Result> results = new ArrayList<>();
        for (Due namespace : due) {
            results.add(new NightReport.Result(namespace.namespace().learner(), merge(namespace)));
            listener.onEvent(new LifecycleEvent.NightProgressed(results.size(), due.size()));
        }
        return results;
    }

    private MergeOutcome merge(Due due) {
        if (due.outcome() instanceof PlanOutcome.Rejected rejected) {
            return rejected(due, rejected.reason());
        }
        MergePlan plan = ((PlanOutcome.Due) due.outcome()).plan();
        try {
            return merger.execute(due.namespace().learner(), plan);
        } catch (PfmException e) {
            return new MergeOutcome.Rejected(String.valueOf(e.getMessage())); // the merger has told the listeners
        } catch (RuntimeException e) {
            LOG.error("merging namespace {} failed", plan.namespace(), e);
            return rejected(due, internal(e));
        }
    }

    private MergeOutcome rejected(Due due, String reason) {
        listener.onEvent(new LifecycleEvent.MergeFailed(due.namespace().nsUid(), reason));
        return new MergeOutcome.Rejected(reason);
    }

    private PlanOutcome plan(LearnerId learner) {
        try {
            return merger.plan(learner);
        } catch (PfmException e) {
            return new PlanOutcome.Rejected(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("planning a merge failed", e);
            return new PlanOutcome.Rejected(internal(e));
        }
    }

    private static String internal(RuntimeException e) {
        return "internal error: " + e;
    }

    private List<NamespaceRow> page(@Nullable LearnerId after) {
        return store.inTransaction(tx -> tx.namespaces(after, PAGE));
    }
}
