/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.foundation.Foundations;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.Settled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final NightFallbacks fallbacks;
    private final NightControl control;
    private final MergeFailures failures;
    private final OrchestratorListener listener;

    public NightShift(
            OrchestratorStore store,
            Foundations foundations,
            NamespaceMerger merger,
            NightFallbacks fallbacks,
            NightControl control,
            MergeFailures failures,
            OrchestratorListener listener) {
        this.store = store;
        this.foundations = foundations;
        this.merger = merger;
        this.fallbacks = fallbacks;
        this.control = control;
        this.failures = failures;
        this.listener = listener;
    }

    /** Runs one night for all namespaces, on the calling thread. */
    public NightReport run() {
        return run(NightShard.WHOLE, null);
    }

    /**
     * Runs one night for a part of all namespaces, on the calling thread.
     *
     * @param deadline when it ends at the latest, with or without being done; null for never
     */
    public NightReport run(NightShard shard, @Nullable Instant deadline) {
        RunningNight night = control.begin(deadline);
        if (night.ended().isPresent()) {
            return report(night, 0, 0, List.of(), 0);
        }
        foundations.forget();
        Map<Basis, Sha256> bases = new HashMap<>();
        Optional<Rebase> rebase = merger.rebase();
        List<NamespaceRow> due = new ArrayList<>();
        int namespaces = 0;
        for (List<NamespaceRow> page = page(null);
                !page.isEmpty();
                page = page(page.get(page.size() - 1).learner())) {
            for (NamespaceRow namespace : page) {
                boolean merges =
                        namespace.state() == NamespaceState.ACTIVE || namespace.state() == NamespaceState.MERGING;
                boolean fallsBack = fallbacks.isDue(namespace, rebase);
                if (shard.has(namespace.nsUid()) && (merges || fallsBack)) {
                    namespaces++;
                    if (fallsBack || !isSettled(namespace, rebase, bases)) {
                        due.add(namespace);
                    }
                }
            }
        }
        return mergeAll(night, namespaces, due, rebase);
    }

    /** What namespaces have in common whose plans rest on the same. */
    private record Basis(String release, String policy) {}

    /**
     * Whether nothing has happened since there was nothing left to merge: known from the row alone, and from what a merge would rest on
     * tonight, which {@link NamespaceRow#isDue()} does not ask.
     */
    private boolean isSettled(NamespaceRow namespace, Optional<Rebase> rebase, Map<Basis, Sha256> bases) {
        Optional<Settled> settled = namespace.settled();
        if (namespace.state() != NamespaceState.ACTIVE || settled.isEmpty() || namespace.isDue()) {
            return false;
        }
        try {
            String pinned = namespace.foundationRelease();
            String target = rebase.map(rule -> rule.target(namespace)).orElse(pinned);
            Basis key = new Basis(target, namespace.policy());
            return (namespace.checkpointVersion() == 0 && target.equals(pinned))
                    || bases.computeIfAbsent(key, absent -> merger.basis(namespace, target))
                            .equals(settled.get().basis());
        } catch (PfmException e) {
            return false; // merging it will say why
        }
    }

    private NightReport mergeAll(RunningNight night, int namespaces, List<NamespaceRow> due, Optional<Rebase> rebase) {
        listener.onEvent(new LifecycleEvent.NightStarted(due.size()));
        List<NightReport.Result> results = new ArrayList<>();
        int done = 0;
        while (done < due.size() && night.ended().isEmpty()) {
            NamespaceRow namespace = due.get(done);
            MergeOutcome outcome;
            try {
                outcome = merge(namespace, rebase, night);
            } catch (NightEnded e) {
                break;
            }
            if (!(outcome instanceof MergeOutcome.UpToDate)) {
                results.add(new NightReport.Result(namespace.learner(), outcome));
            }
            done++;
            listener.onEvent(new LifecycleEvent.NightProgressed(done, due.size(), night.left(done, due.size())));
        }
        return report(night, namespaces, due.size(), results, due.size() - done);
    }

    /** What was done; a night that is to end when nothing is left did not end early. */
    private NightReport report(
            RunningNight night, int namespaces, int due, List<NightReport.Result> results, int left) {
        Optional<EarlyEnd> early = left == 0 && namespaces > 0 ? Optional.empty() : night.ended();
        early.ifPresent(why -> listener.onEvent(new LifecycleEvent.NightEndedEarly(why, left)));
        int upToDate = namespaces - results.size() - left;
        NightReport report = new NightReport(namespaces, upToDate, results, left, early);
        listener.onEvent(new LifecycleEvent.NightEnded(
                night.start(),
                namespaces,
                upToDate,
                due,
                report.merged(),
                report.rejected(),
                report.inProgress(),
                left,
                early,
                night.took()));
        return report;
    }

    private MergeOutcome merge(NamespaceRow namespace, Optional<Rebase> rebase, NightStop stop) {
        try {
            if (fallbacks.isDue(namespace, rebase)) {
                return fallbacks.run(namespace);
            }
            return merger.merge(namespace.learner(), null, stop);
        } catch (NightEnded e) {
            throw e;
        } catch (PfmException e) {
            failures.failed(namespace.learner(), namespace.nsUid(), e);
            return new MergeOutcome.Rejected(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("merging namespace {} failed", namespace.nsUid(), e);
            String reason = "internal error: " + e;
            failures.failed(namespace.learner(), namespace.nsUid(), e, reason);
            return new MergeOutcome.Rejected(reason);
        }
    }

    private List<NamespaceRow> page(@Nullable LearnerId after) {
        return store.inTransaction(tx -> tx.namespaces(after, PAGE));
    }
}
