/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.OpenFallback;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.lease.NamespaceLease;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one namespace back, under its lease, rung by rung. A process that dies in the middle leaves the namespace in state {@code
 * FALLBACK}, and the next run goes on with it; each step is written down once. What fallback would not mend halts instead.
 */
public final class NamespaceFallback {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceFallback.class);

    private final OrchestratorStore store;
    private final Foundations foundations;
    private final Journal journal;
    private final LeaseKeeper keeper;
    private final Replays replays;
    private final Replayer replayer;
    private final HeadCheck check;
    private final Trusted trusted;
    private final MirrorRepair mirror;
    private final RowRepair rows;
    private final FallbackJournal written;
    private final Breaker breaker;
    private final int retryLimit;
    private final Supplier<String> operationIds;
    private final OrchestratorListener listener;

    NamespaceFallback(
            OrchestratorStore store,
            Foundations foundations,
            Journal journal,
            LeaseKeeper keeper,
            Replays replays,
            Replayer replayer,
            HeadCheck check,
            Trusted trusted,
            MirrorRepair mirror,
            RowRepair rows,
            Breaker breaker,
            int retryLimit,
            Supplier<String> operationIds,
            OrchestratorListener listener) {
        this.store = store;
        this.foundations = foundations;
        this.journal = journal;
        this.keeper = keeper;
        this.replays = replays;
        this.replayer = replayer;
        this.check = check;
        this.trusted = trusted;
        this.mirror = mirror;
        this.rows = rows;
        this.written = new FallbackJournal(store, journal);
        this.breaker = breaker;
        this.retryLimit = retryLimit;
        this.operationIds = operationIds;
        this.listener = listener;
    }

    /** A namespace that this process works on alone, as it is now. */
    private record Held(NamespaceRow namespace, LeaseKeeper.Kept lease, RecordedLog log, List<CheckpointRow> rows) {
        Optional<CheckpointRow> head() {
            return rows.stream().findFirst();
        }

        Held with(NamespaceRow next) {
            return new Held(next, lease, log, rows);
        }
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
            Held held = new Held(now, kept, log, checkpoints(now));
            Optional<OpenFallback> open = log.fallback().filter(begun -> isOpen(now, begun, wish));
            FallbackWish goal = open.map(begun -> new FallbackWish(begun.cause(), begun.restore()))
                    .orElse(wish);
            if (goal.cause() == FallbackCause.LAG
                    && open.isEmpty()
                    && !replays.isTooFarBehind(now.foundationRelease())) {
                return new FallbackOutcome.NotNeeded( // another process was first
                        "release " + now.foundationRelease() + " is not too far behind");
            }
            return goal.cause() == FallbackCause.DAMAGE ? damaged(held, open) : replayed(held, goal, open);
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

    // damage

    private FallbackOutcome damaged(Held found, Optional<OpenFallback> open) {
        Held held = found;
        List<CheckpointRow> repairs = rows.repairs(held.namespace(), held.log(), held.rows());
        if (!repairs.isEmpty()) {
            rows.repair(held.namespace(), held.lease().lease(), repairs);
            NamespaceRow now =
                    store.inTransaction(tx -> find(tx, found.namespace().learner()));
            held = new Held(now, held.lease(), journal.recorded(store, now.nsUid()), checkpoints(now));
        }
        if (held.head().isEmpty()) {
            return new FallbackOutcome.NotNeeded("there is no checkpoint yet");
        }
        CheckpointRow head = held.head().get();
        mendOthers(held, head);
        List<Damage> damages = check.damages(head);
        if (damages.isEmpty() && open.isEmpty()) {
            return new FallbackOutcome.NotNeeded(
                    repairs.isEmpty()
                            ? "version " + head.version() + " is sound"
                            : "version " + head.version() + " is sound; the rows of " + repairs.size()
                                    + " checkpoints were mended");
        }
        Optional<Damage> foreign =
                damages.stream().filter(damage -> !damage.verdict().isDamage()).findFirst();
        if (foreign.isPresent()) {
            return giveUp(
                    held,
                    record(
                            open,
                            FallbackCause.DAMAGE,
                            Rung.FOUNDATION_ONLY,
                            foreign.get().toString()),
                    foreign.get().verdict() + ": " + foreign.get());
        }
        return climb(held, head, damages, open);
    }

    /** Copies back from the mirror what the newest checkpoint does not depend on: older versions, adapters. */
    private void mendOthers(Held held, CheckpointRow head) {
        if (!mirror.isThere()) {
            return;
        }
        NsUid uid = held.namespace().nsUid();
        Set<Sha256> referenced = store.inTransaction(tx -> tx.orphans().referenced(uid));
        Set<Sha256> others = new TreeSet<>(referenced);
        others.removeAll(blobs(head));
        mirror.repair(
                uid,
                mirror.damaged(uid, others).stream()
                        .filter(blob -> mirror.hasAll(uid, List.of(blob)))
                        .toList());
    }

    private static List<Sha256> blobs(CheckpointRow head) {
        List<Sha256> blobs = new ArrayList<>();
        blobs.add(head.manifestBlob());
        head.variants().forEach(variant -> blobs.add(variant.blob()));
        return blobs;
    }

    private FallbackOutcome climb(Held found, CheckpointRow head, List<Damage> damages, Optional<OpenFallback> open) {
        List<Sha256> bad = mirror.damaged(found.namespace().nsUid(), blobs(head));
        boolean mirrored = mirror.hasAll(found.namespace().nsUid(), bad);
        ReplayGoal goal = replays.asRecorded(found.namespace(), found.log());
        List<VariantEntry> sound = trusted(goal, found.rows(), new HashSet<>(bad));
        Rung first = mirrored ? Rung.MIRROR : sound.isEmpty() ? Rung.REPLAY : Rung.OLDER_VERSION;
        String detail = damages.isEmpty() ? "goes on" : damages.get(0).toString();
        FallbackRecord record = record(open, FallbackCause.DAMAGE, first, detail);
        Held held = begin(found, record, open);
        Instant start = journal.now();
        if (damages.isEmpty() || (mirrored && isMended(held, head, bad))) {
            NamespaceRow ended =
                    written.completedInPlace(held.namespace(), held.lease().lease(), record, head);
            LOG.debug("namespace {} is in state {}", ended.nsUid(), ended.state());
            return completed(held, Rung.MIRROR, head, head.variants().size(), List.of(), start);
        }
        if (!sound.isEmpty()) {
            try {
                return replay(held, goal, record, Rung.OLDER_VERSION, sound, start);
            } catch (CorruptDataException | InvalidInputException e) {
                LOG.warn("namespace {}: {} does not help", held.namespace().nsUid(), Rung.OLDER_VERSION, e);
            }
        }
        return replayOrFail(held, goal, record, start);
    }

    private List<VariantEntry> trusted(ReplayGoal goal, List<CheckpointRow> stored, Set<Sha256> damaged) {
        try (Foundation foundation = foundations.open(foundations.named(goal.release()))) {
            return trusted.of(goal.recorded().orElseThrow(), stored, damaged, foundation);
        }
    }

    private boolean isMended(Held held, CheckpointRow head, List<Sha256> bad) {
        try {
            mirror.repair(held.namespace().nsUid(), bad);
        } catch (CorruptDataException e) {
            LOG.warn("namespace {}: {} does not help", held.namespace().nsUid(), Rung.MIRROR, e);
            return false;
        }
        return check.damages(head).isEmpty();
    }

    // lag, request, restore

    private FallbackOutcome replayed(Held found, FallbackWish wish, Optional<OpenFallback> open) {
        ReplayGoal goal = wish.restore().isPresent()
                ? replays.restored(
                        found.namespace(), found.log(), wish.restore().get())
                : replays.current(found.namespace(), found.log(), wish.cause() == FallbackCause.LAG);
        FallbackRecord record = record(
                open,
                wish.cause(),
                Rung.REPLAY,
                wish.restore().map(version -> "to version " + version).orElse("to release " + goal.release()));
        if (wish.restore().isPresent()) {
            record = new FallbackRecord(
                    record.operationId(),
                    wish.cause(),
                    wish.restore(),
                    record.rung(),
                    record.detail(),
                    record.failures());
        }
        Held held = begin(found, record, open);
        return replayOrFail(held, goal, record, journal.now());
    }

    // all

    private FallbackRecord record(Optional<OpenFallback> open, FallbackCause cause, Rung rung, String detail) {
        return open.map(begun ->
                        new FallbackRecord(begun.operationId(), cause, begun.restore(), rung, detail, begun.failures()))
                .orElseGet(() -> new FallbackRecord(operationIds.get(), cause, Optional.empty(), rung, detail, 0));
    }

    /** Writes down that it begins, unless that was written by a process that did not come to its end. */
    private Held begin(Held held, FallbackRecord record, Optional<OpenFallback> open) {
        if (open.isPresent()) {
            return held;
        }
        NamespaceRow next = written.initiated(held.namespace(), held.lease().lease(), record);
        listener.onEvent(new LifecycleEvent.FallbackInitiated(next.nsUid(), record.cause(), record.rung()));
        return held.with(next);
    }

    private FallbackOutcome replayOrFail(Held held, ReplayGoal goal, FallbackRecord record, Instant start) {
        try {
            return replay(held, goal, record, Rung.REPLAY, List.of(), start);
        } catch (ConflictException e) {
            return new FallbackOutcome.Failed(record.failures(), String.valueOf(e.getMessage()));
        } catch (CorruptDataException | InvalidInputException e) {
            return failed(held, record, String.valueOf(e.getMessage()));
        }
    }

    private FallbackOutcome replay(
            Held held, ReplayGoal goal, FallbackRecord record, Rung rung, List<VariantEntry> sound, Instant start) {
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

    private FallbackOutcome completed(
            Held held, Rung rung, CheckpointRow checkpoint, int proven, List<Subject> asides, Instant start) {
        listener.onEvent(new LifecycleEvent.FallbackCompleted(
                held.namespace().nsUid(),
                rung,
                checkpoint.version(),
                checkpoint.checkpointHash(),
                proven,
                Duration.between(start, journal.now())));
        return new FallbackOutcome.Recovered(rung, checkpoint, proven, asides);
    }

    private FallbackOutcome failed(Held held, FallbackRecord record, String reason) {
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

    private FallbackOutcome giveUp(Held held, FallbackRecord record, String reason) {
        NamespaceRow row = written.failed(held.namespace(), held.lease().lease(), record, true, reason);
        LOG.error("namespace {} is given up: {}", row.nsUid(), reason);
        listener.onEvent(new LifecycleEvent.FallbackFailed(row.nsUid(), record.failures(), true, reason));
        return new FallbackOutcome.GivenUp(reason);
    }
}
