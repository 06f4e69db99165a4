/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.foundation.Foundations;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scrubs namespace by namespace, those first that were not scrubbed for the longest time, so that a scrub that was stopped goes on where it
 * was. Falls back after each page: a fault that hits many namespaces at once is seen before anything is computed anew.
 */
public final class Scrubber {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final int PAGE = 500;

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final Function<PacedBlobs, NamespaceScrub> scrubs;
    private final Function<Long, PacedBlobs> paced;
    private final Findings findings;
    private final NamespaceFallback fallback;
    private final Supplier<Optional<AuditVerdict>> audit;

    Scrubber(
            OrchestratorStore store,
            Foundations foundations,
            Function<PacedBlobs, NamespaceScrub> scrubs,
            Function<Long, PacedBlobs> paced,
            Findings findings,
            NamespaceFallback fallback,
            Supplier<Optional<AuditVerdict>> audit) {
        this.store = store;
        this.foundations = foundations;
        this.scrubs = scrubs;
        this.paced = paced;
        this.findings = findings;
        this.fallback = fallback;
        this.audit = audit;
    }

    /** Scrubs, on the calling thread. One namespace's failure does not touch the others. */
    public ScrubReport run(ScrubRequest request) {
        foundations.forget();
        PacedBlobs blobs = paced.apply(request.bytesPerSecond());
        NamespaceScrub scrub = scrubs.apply(blobs);
        Instant before = store.inTransaction(tx -> tx.now().minus(request.notSince()));
        Set<LearnerId> stillDue = new HashSet<>();
        List<ScrubReport.Result> results = new ArrayList<>();
        int looked = 0;
        for (List<NamespaceRow> page = page(before, stillDue, request.mostNamespaces() - looked);
                !page.isEmpty();
                page = page(before, stillDue, request.mostNamespaces() - looked)) {
            looked += page.size();
            results.addAll(scrub(page, scrub, request, stillDue));
        }
        return new ScrubReport(looked, blobs.bytes(), results, audit.get());
    }

    /** The next namespaces; those that this scrub has looked at and could not scrub are due still, and passed over. */
    private List<NamespaceRow> page(Instant before, Set<LearnerId> stillDue, int left) {
        int most = Math.min(PAGE, left);
        if (most <= 0) {
            return List.of();
        }
        return store.inTransaction(tx -> tx.scrubs().due(before, most + stillDue.size())).stream()
                .filter(namespace -> !stillDue.contains(namespace.learner()))
                .limit(most)
                .toList();
    }

    private List<ScrubReport.Result> scrub(
            List<NamespaceRow> page, NamespaceScrub scrub, ScrubRequest request, Set<LearnerId> stillDue) {
        List<ScrubReport.Result> found = new ArrayList<>();
        for (NamespaceRow namespace : page) {
            if (namespace.state() == NamespaceState.DELETING || !scrub(namespace, scrub, request, found)) {
                stillDue.add(namespace.learner());
            }
        }
        return request.recover() ? found.stream().map(this::recovered).toList() : found;
    }

    /** Scrubs a namespace; gives whether its turn is over. */
    private boolean scrub(
            NamespaceRow namespace, NamespaceScrub scrub, ScrubRequest request, List<ScrubReport.Result> found) {
        try {
            List<Finding> own = scrub.scrub(namespace, request.level());
            boolean isKept = findings.scrubbed(namespace, request.level(), own);
            if (!own.isEmpty()) {
                found.add(result(namespace, own, Optional.empty()));
            }
            return isKept;
        } catch (PfmException e) {
            LOG.warn("namespace {} could not be scrubbed; the next scrub tries again", namespace.nsUid(), e);
            found.add(result(namespace, List.of(), Optional.of(e.code() + ": " + e.getMessage())));
        } catch (RuntimeException e) {
            LOG.error("scrubbing namespace {} failed", namespace.nsUid(), e);
            found.add(result(namespace, List.of(), Optional.of("internal error: " + e)));
        }
        return false;
    }

    private static ScrubReport.Result result(NamespaceRow namespace, List<Finding> own, Optional<String> unreadable) {
        return new ScrubReport.Result(namespace.learner(), own, unreadable, Optional.empty());
    }

    private ScrubReport.Result recovered(ScrubReport.Result result) {
        if (result.findings().isEmpty()) {
            return result;
        }
        FallbackOutcome outcome;
        try {
            outcome = fallback.run(result.learner(), FallbackWish.of(FallbackCause.DAMAGE));
        } catch (PfmException e) {
            LOG.warn("a fallback did not come to its end; the next run goes on", e);
            outcome = new FallbackOutcome.Halted(e.code() + ": " + e.getMessage());
        }
        return new ScrubReport.Result(result.learner(), result.findings(), result.unreadable(), Optional.of(outcome));
    }
}
