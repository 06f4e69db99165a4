/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.night.ReleaseCheck;
import io.privatefm.core.recovery.Breaker;
import io.privatefm.core.recovery.NamespaceFallback;
import io.privatefm.core.recovery.ReplayCheck;
import io.privatefm.core.recovery.Scrubber;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.ReleaseReport;
import io.privatefm.spi.recovery.ReplayReport;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.ScrubRow;
import java.util.Optional;

/**
 * Finding what is damaged, and bringing it back. Blocking; safe for use by several threads at once, and by several processes: a namespace
 * is worked on by one of them.
 */
public final class Recovery {
    private final OrchestratorStore store;
    private final Namespaces namespaces;
    private final Scrubber scrubber;
    private final NamespaceFallback fallback;
    private final ReplayCheck replay;
    private final Breaker breaker;
    private final ReleaseCheck releases;

    Recovery(
            OrchestratorStore store,
            Namespaces namespaces,
            Scrubber scrubber,
            NamespaceFallback fallback,
            ReplayCheck replay,
            Breaker breaker,
            ReleaseCheck releases) {
        this.store = store;
        this.namespaces = namespaces;
        this.scrubber = scrubber;
        this.fallback = fallback;
        this.replay = replay;
        this.breaker = breaker;
        this.releases = releases;
    }

    /**
     * Reads stored bytes again, namespace by namespace, those first that were not scrubbed for the longest time, and looks at the database
     * side too. A namespace whose newest checkpoint is damaged falls back, if the request says so. One namespace's failure is in the
     * report and does not touch the others.
     *
     * @throws io.privatefm.spi.PfmException if the store cannot list the namespaces
     */
    public ScrubReport scrub(ScrubRequest request) {
        return scrubber.run(request);
    }

    /** What the last scrub of a learner's namespace found, or a read since; empty before the first. */
    public Optional<ScrubRow> lastScrub(LearnerId learner) {
        return store.inTransaction(
                tx -> tx.find(learner).flatMap(namespace -> tx.scrubs().find(namespace.nsUid())));
    }

    /**
     * Brings a learner's namespace back: {@link RestorePoint.Newest} computes it anew from its foundation release and event log; {@link
     * RestorePoint.Version} and {@link RestorePoint.Time} restore the state of an earlier checkpoint as a new one. On the same release the
     * content hashes are those that were recorded, bit for bit, or nothing is published. Also for a namespace that was given up. The
     * breaker does not stop it.
     *
     * @throws InvalidInputException with {@link ErrorCode#NAMESPACE_NOT_FOUND} or {@link ErrorCode#CHECKPOINT_NOT_FOUND}
     * @throws io.privatefm.spi.PfmException of kind {@code ENVIRONMENT} if something does not answer; another call goes on
     */
    public FallbackOutcome fallback(LearnerId learner, RestorePoint point) {
        return fallback.run(learner, replay.wish(namespaces.get(learner), point));
    }

    /**
     * Computes a learner's newest checkpoint once more and compares; publishes nothing.
     *
     * @throws InvalidInputException with {@link ErrorCode#CHECKPOINT_NOT_FOUND} before the first merge
     * @throws io.privatefm.spi.CorruptDataException if an adapter's stored files, or the event log, are not what they were
     */
    public ReplayReport prove(LearnerId learner) {
        return replay.prove(namespaces.get(learner));
    }

    /**
     * Reads the foundation's list of releases anew, and lets every namespace that is more than {@link
     * io.privatefm.spi.recovery.RecoveryPolicy#maxVersionLag()} behind the newest one fall back to it, one after the other. Every night
     * does so too; a {@code FOUNDATION_RELEASED} event does it in the background. Ends early where nights are paused or cancelled, or
     * fallbacks are stopped; one check runs at a time. One namespace's failure is in the report and does not touch the others.
     *
     * @throws io.privatefm.spi.PfmException if the releases or the namespaces cannot be listed
     */
    public ReleaseReport checkReleases() {
        return releases.run();
    }

    /** Why fallbacks are stopped, for all namespaces; empty if they are not. */
    public Optional<String> stopped() {
        return breaker.reason();
    }

    /** Stops fallbacks, but for those that are asked for by {@link #fallback}. */
    public void stop(String reason) {
        breaker.stop(reason);
    }

    /** Lets fallbacks go on, after the cause of what was found has been dealt with. */
    public void resume() {
        breaker.reset();
    }
}
