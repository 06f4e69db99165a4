/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.recovery.Breaker;
import io.privatefm.core.recovery.FallbackWish;
import io.privatefm.core.recovery.NamespaceFallback;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.ReleaseReport;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, when the foundation has a new release, which namespaces are too far behind now, and lets them fall back, one after the other,
 * without waiting for the night. One check runs at a time. It ends early where a night would, and when fallbacks are stopped.
 */
public final class ReleaseCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseCheck.class);
    private static final int PAGE = 500;

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final NightFallbacks rule;
    private final NamespaceFallback fallback;
    private final Breaker breaker;
    private final NightControl control;
    private final Executor background;
    private final ReentrantLock checking = new ReentrantLock();
    private final AtomicBoolean waiting = new AtomicBoolean();

    /** @param background where checks run that nobody waits for; may drop them */
    public ReleaseCheck(
            OrchestratorStore store,
            Foundations foundations,
            NightFallbacks rule,
            NamespaceFallback fallback,
            Breaker breaker,
            NightControl control,
            Executor background) {
        this.store = store;
        this.foundations = foundations;
        this.rule = rule;
        this.fallback = fallback;
        this.breaker = breaker;
        this.control = control;
        this.background = background;
    }

    /**
     * Lets a check begin in the background, and returns at once. While one waits to begin, there is no second one; while one runs, there
     * is one more after it, since the release may have come behind its back. A check that is lost is made up for by the next night.
     *
     * @param release the release that there is said to be, if it is said
     */
    public void wake(Optional<String> release) {
        if (waiting.compareAndSet(false, true)) {
            try {
                background.execute(() -> {
                    waiting.set(false);
                    checkUnheard(release);
                });
            } catch (RejectedExecutionException e) {
                waiting.set(false);
                LOG.info("no check of releases now; the next night looks");
            }
        }
    }

    private void checkUnheard(Optional<String> release) {
        try {
            release.filter(name -> foundations.releases().stream()
                            .noneMatch(known -> known.name().equals(name)))
                    .ifPresent(
                            name -> LOG.warn("the foundation store does not have the release that is said to be new"));
            ReleaseReport report = run();
            LOG.info(
                    "{} of {} namespaces were too far behind, {} were brought forward{}",
                    report.results().size(),
                    report.namespaces(),
                    report.recovered(),
                    report.stopped().map(why -> "; ended early: " + why).orElse(""));
        } catch (PfmException e) {
            LOG.warn("the check of releases did not come to its end; the next night looks", e);
        } catch (RuntimeException e) {
            LOG.error("the check of releases failed", e);
        }
    }

    /**
     * Checks all namespaces, on the calling thread; waits for a check that is running.
     *
     * @throws PfmException if the releases or the namespaces cannot be listed
     */
    public ReleaseReport run() {
        checking.lock();
        try {
            return check();
        } finally {
            checking.unlock();
        }
    }

    private ReleaseReport check() {
        RunningNight until = control.begin(null);
        List<ReleaseReport.Result> results = new ArrayList<>();
        int looked = 0;
        Optional<String> stopped = stopped(until);
        if (stopped.isPresent()) {
            return new ReleaseReport(looked, results, stopped);
        }
        List<FoundationRelease> releases = foundations.releases();
        for (List<NamespaceRow> page = page(null);
                !page.isEmpty();
                page = page(page.get(page.size() - 1).learner())) {
            for (NamespaceRow namespace : page) {
                if (rule.isTooFarBehind(namespace, releases)) {
                    stopped = stopped(until);
                    if (stopped.isPresent()) {
                        return new ReleaseReport(looked, results, stopped);
                    }
                    results.add(bringForward(namespace));
                }
                looked++;
            }
        }
        return new ReleaseReport(looked, results, Optional.empty());
    }

    private Optional<String> stopped(RunningNight until) {
        return until.ended()
                .map(EarlyEnd::reason)
                .or(() -> breaker.reason().map(reason -> "fallbacks are stopped: " + reason));
    }

    private ReleaseReport.Result bringForward(NamespaceRow namespace) {
        LearnerId learner = namespace.learner();
        try {
            FallbackOutcome outcome = fallback.run(learner, FallbackWish.of(FallbackCause.LAG));
            return new ReleaseReport.Result(learner, Optional.of(outcome), Optional.empty());
        } catch (PfmException e) {
            LOG.warn("namespace {} is too far behind, and stays so for now", namespace.nsUid(), e);
            return new ReleaseReport.Result(learner, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("bringing namespace {} forward failed", namespace.nsUid(), e);
            return new ReleaseReport.Result(learner, Optional.empty(), Optional.of("internal error: " + e));
        }
    }

    private List<NamespaceRow> page(@Nullable LearnerId after) {
        return store.inTransaction(tx -> tx.namespaces(after, PAGE));
    }
}
