/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.OpenFallback;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps that fallbacks of every cause have in common: written down, told to the listeners, counted. */
final class FallbackSteps {
    private static final Logger LOG = LoggerFactory.getLogger(FallbackSteps.class);

    private final FallbackJournal written;
    private final Replayer replayer;
    private final Journal journal;
    private final int retryLimit;
    private final Supplier<String> operationIds;
    private final OrchestratorListener listener;

    FallbackSteps(
            FallbackJournal written,
            Replayer replayer,
            Journal journal,
            int retryLimit,
            Supplier<String> operationIds,
            OrchestratorListener listener) {
        this.written = written;
        this.replayer = replayer;
        this.journal = journal;
        this.retryLimit = retryLimit;
        this.operationIds = operationIds;
        this.listener = listener;
    }

    /** The time, to the microsecond. */
    Instant now() {
        return journal.now();
    }

    /** A fallback as it is written down: the one that was begun, or a new one. */
    FallbackRecord record(Optional<OpenFallback> open, FallbackWish wish, Rung rung, String detail) {
        return new FallbackRecord(
                open.map(OpenFallback::operationId).orElseGet(operationIds),
                wish.cause(),
                wish.restore(),
                rung,
                detail,
                open.map(OpenFallback::failures).orElse(0));
    }

    /** Writes down that it begins, unless that was written by a process that did not come to its end. */
    HeldNamespace begin(HeldNamespace held, FallbackRecord record, Optional<OpenFallback> open) {
        if (open.isPresent()) {
            return held;
        }
        NamespaceRow next = written.initiated(held.namespace(), held.lease().lease(), record);
        listener.onEvent(new LifecycleEvent.FallbackInitiated(next.nsUid(), record.cause(), record.rung()));
        return held.with(next);
    }

    /** Computes everything anew; what does not succeed is counted. */
    FallbackOutcome replayOrFail(HeldNamespace held, ReplayGoal goal, FallbackRecord record, Instant start) {
        try {
            return replay(held, goal, record, Rung.REPLAY, List.of(), start);
        } catch (ConflictException e) {
            return new FallbackOutcome.Failed(record.failures(), String.valueOf(e.getMessage()));
        } catch (CorruptDataException | InvalidInputException e) {
            return failed(held, record, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Computes what is not trusted anew.
     *
     * @throws CorruptDataException if it does not come out as recorded, or cannot be computed
     */
    FallbackOutcome replay(
            HeldNamespace held,
            ReplayGoal goal,
            FallbackRecord record,
            Rung rung,
            List<VariantEntry> sound,
            Instant start) {
        Replayer.Replayed replayed = replayer.publish(
                held.namespace(),
                held.lease(),
                held.head(),
                goal,
                sound,
                proven -> written.around(goal, record, rung, proven));
        goal.asides()
                .forEach((subject, aside) -> listener.onEvent(new LifecycleEvent.RetrainingRequested(
                        held.namespace().nsUid(), subject, goal.release(), aside.reason())));
        return completed(
                held,
                rung,
                replayed.checkpoint(),
                replayed.proven(),
                List.copyOf(goal.asides().keySet()),
                start);
    }

    /** Ends a fallback after which the newest checkpoint is what it was. */
    FallbackOutcome mended(HeldNamespace held, FallbackRecord record, CheckpointRow head, Instant start) {
        NamespaceRow ended =
                written.completedInPlace(held.namespace(), held.lease().lease(), record, head);
        LOG.debug("namespace {} is in state {}", ended.nsUid(), ended.state());
        return completed(held, Rung.MIRROR, head, head.variants().size(), List.of(), start);
    }

    private FallbackOutcome completed(
            HeldNamespace held, Rung rung, CheckpointRow checkpoint, int proven, List<Subject> asides, Instant start) {
        listener.onEvent(new LifecycleEvent.FallbackCompleted(
                held.namespace().nsUid(),
                rung,
                checkpoint.version(),
                checkpoint.checkpointHash(),
                proven,
                Duration.between(start, journal.now())));
        return new FallbackOutcome.Recovered(rung, checkpoint, proven, asides);
    }

    private FallbackOutcome failed(HeldNamespace held, FallbackRecord record, String reason) {
        FallbackRecord next = new FallbackRecord(
                record.operationId(),
                record.cause(),
                record.restore(),
                record.rung(),
                record.detail(),
                record.failures() + 1);
        if (next.failures() >= retryLimit) {
            return giveUp(held, next, reason);
        }
        NamespaceRow row = written.failed(held.namespace(), held.lease().lease(), next, false, reason);
        listener.onEvent(new LifecycleEvent.FallbackFailed(row.nsUid(), next.failures(), false, reason));
        return new FallbackOutcome.Failed(next.failures(), reason);
    }

    /** Ends a fallback that is not tried again. */
    FallbackOutcome giveUp(HeldNamespace held, FallbackRecord record, String reason) {
        NamespaceRow row = written.failed(held.namespace(), held.lease().lease(), record, true, reason);
        LOG.error("namespace {} is given up: {}", row.nsUid(), reason);
        listener.onEvent(new LifecycleEvent.FallbackFailed(row.nsUid(), record.failures(), true, reason));
        return new FallbackOutcome.GivenUp(reason);
    }
}
