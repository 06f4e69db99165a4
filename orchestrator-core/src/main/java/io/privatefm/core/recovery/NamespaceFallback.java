/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.OpenFallback;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.lease.NamespaceLease;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.util.List;
import java.util.Optional;

/**
 * Brings one namespace back, under its lease, rung by rung. A process that dies in the middle leaves the namespace in state {@code
 * FALLBACK}, and the next run goes on with it; each step is written down once. What fallback would not mend halts instead.
 */
public final class NamespaceFallback {
    private final OrchestratorStore store;
    private final Journal journal;
    private final LeaseKeeper keeper;
    private final Breaker breaker;
    private final Replays replays;
    private final DamageFallback damage;
    private final FallbackSteps steps;

    NamespaceFallback(
            OrchestratorStore store,
            Journal journal,
            LeaseKeeper keeper,
            Breaker breaker,
            Replays replays,
            DamageFallback damage,
            FallbackSteps steps) {
        this.store = store;
        this.journal = journal;
        this.keeper = keeper;
        this.breaker = breaker;
        this.replays = replays;
        this.damage = damage;
        this.steps = steps;
    }

    /**
     * Brings a namespace back, if there is need.
     *
     * @throws InvalidInputException if there is no such namespace, or no such version
     * @throws PfmException of kind {@code ENVIRONMENT} if something does not answer; the next run goes on
     */
    public FallbackOutcome run(LearnerId learner, FallbackWish wish) {
        Optional<String> stopped = wish.isAsked() ? Optional.empty() : breaker.reason();
        if (stopped.isPresent()) {
            return new FallbackOutcome.Halted("fallbacks are stopped: " + stopped.get());
        }
        NamespaceRow before = store.inTransaction(tx -> find(tx, learner));
        Optional<String> obstacle = obstacle(before, wish);
        if (obstacle.isPresent()) {
            return new FallbackOutcome.Halted(obstacle.get());
        }
        Optional<Lease> lease = Transactions.run(store, tx -> NamespaceLease.acquire(tx, before.nsUid(), keeper));
        if (lease.isEmpty()) {
            return new FallbackOutcome.InProgress();
        }
        boolean unknown = false;
        try (LeaseKeeper.Kept kept = keeper.keep(lease.get())) {
            return held(learner, kept, wish);
        } catch (OutcomeUnknownException e) {
            unknown = true; // nothing is touched before it is known; the lease expires
            throw e;
        } finally {
            if (!unknown) {
                NamespaceLease.end(store, lease.get(), before, Optional.empty());
            }
        }
    }

    private static NamespaceRow find(StoreTx tx, LearnerId learner) {
        return tx.find(learner)
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.NAMESPACE_NOT_FOUND, "there is no namespace of learner " + learner));
    }

    private static Optional<String> obstacle(NamespaceRow namespace, FallbackWish wish) {
        return switch (namespace.state()) {
            case ACTIVE, MERGING, FALLBACK -> Optional.empty();
            case CORRUPTED ->
                wish.isAsked()
                        ? Optional.empty()
                        : Optional.of("it was given up, and is read-only until an operator asks for a fallback");
            case INITIALIZING, DELETING, DELETED -> Optional.of("it is in state " + namespace.state());
        };
    }

    private FallbackOutcome held(LearnerId learner, LeaseKeeper.Kept kept, FallbackWish wish) {
        NamespaceRow now = store.inTransaction(tx -> find(tx, learner));
        Optional<String> obstacle = obstacle(now, wish);
        if (obstacle.isPresent()) {
            return new FallbackOutcome.Halted(obstacle.get());
        }
        try {
            RecordedLog log = journal.recorded(store, now.nsUid());
            HeldNamespace held = new HeldNamespace(now, kept, log, checkpoints(now));
            Optional<OpenFallback> open = log.fallback().filter(begun -> isOpen(now, begun, wish));
            FallbackWish goal = open.map(begun -> new FallbackWish(begun.cause(), begun.restore()))
                    .orElse(wish);
            if (goal.cause() == FallbackCause.LAG
                    && open.isEmpty()
                    && !replays.isTooFarBehind(now.foundationRelease())) {
                return new FallbackOutcome.NotNeeded( // another process was first
                        "release " + now.foundationRelease() + " is not too far behind");
            }
            return goal.cause() == FallbackCause.DAMAGE ? damage.run(held, open) : replayed(held, goal, open);
        } catch (PfmException e) {
            return haltedBy(e);
        }
    }

    /** Whether a fallback that was begun is the one to go on with: any, unless somebody asks for another. */
    private static boolean isOpen(NamespaceRow now, OpenFallback begun, FallbackWish wish) {
        return now.state() == NamespaceState.FALLBACK
                && (!wish.isAsked() || wish.equals(new FallbackWish(begun.cause(), begun.restore())));
    }

    /** What fallback does not mend: the foundation, the keys, the format, the event log. */
    private static FallbackOutcome haltedBy(PfmException e) {
        return switch (e.code()) {
            case FOUNDATION_WRONG, WRONG_KEY, UNKNOWN_FORMAT, KEY_DESTROYED, CORRUPT_DATA, MODEL_INVALID ->
                new FallbackOutcome.Halted(e.code() + ": " + e.getMessage());
            default -> throw e;
        };
    }

    private List<CheckpointRow> checkpoints(NamespaceRow namespace) {
        return store.inTransaction(tx -> tx.checkpoints(namespace.nsUid(), Integer.MAX_VALUE));
    }

    private FallbackOutcome replayed(HeldNamespace found, FallbackWish wish, Optional<OpenFallback> open) {
        ReplayGoal goal = wish.restore().isPresent()
                ? replays.restored(
                        found.namespace(), found.log(), wish.restore().get())
                : replays.current(found.namespace(), found.log(), wish.cause() == FallbackCause.LAG);
        FallbackRecord record = steps.record(
                open,
                wish,
                Rung.REPLAY,
                wish.restore().map(version -> "to version " + version).orElse("to release " + goal.release()));
        HeldNamespace held = steps.begin(found, record, open);
        return steps.replayOrFail(held, goal, record, steps.now());
    }
}
