/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.checkpoint.Backoff;
import io.privatefm.core.journal.AuditSigner;
import io.privatefm.core.merge.MergedTensors;
import io.privatefm.core.schedule.CronTimetable;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterStore;
import io.privatefm.spi.audit.AnchorSink;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.guardian.GuardianAuthority;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.schedule.JobScheduler;
import io.privatefm.spi.store.OrchestratorStore;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Wires an {@link Orchestrator}. Everything is passed in; nothing is global. Not safe for use by several threads. */
public final class OrchestratorBuilder {
    final OrchestratorStore store;
    final BlobStore blobs;
    final FoundationStore foundation;
    final List<OrchestratorListener> listeners = new ArrayList<>();

    @Nullable
    EventBus bus;

    @Nullable
    AdapterStore adapterStore;

    @Nullable
    AuditSigner audit;

    @Nullable
    KeyVault vault;

    @Nullable
    GuardianAuthority authority;

    @Nullable
    BlobStore mirror;

    @Nullable
    Executor executor;

    @Nullable
    ScheduledExecutorService timer;

    @Nullable
    Executor background;

    @Nullable
    JobScheduler jobs;

    @Nullable
    CronTimetable nightly;

    @Nullable
    ZoneId nightlyZone;

    @Nullable
    LocalTime nightlyDeadline;

    @Nullable
    CronTimetable cleanup;

    @Nullable
    CronTimetable scrubbing;

    ScrubRequest scrubRequest = ScrubRequest.DEFAULT;

    int nightShards = 1;
    int parallelism = Runtime.getRuntime().availableProcessors();
    int tileElements = MergedTensors.DEFAULT_TILE_ELEMENTS;
    MergePolicy policy = MergePolicy.DEFAULT;
    AdapterLimits adapterLimits = AdapterLimits.DEFAULT;
    RetentionPolicy retention = RetentionPolicy.DEFAULT;
    RecoveryPolicy recovery = RecoveryPolicy.DEFAULT;
    RebasePolicy rebase = new RebasePolicy.Pinned();
    InstantSource clock = InstantSource.system();
    Duration leaseTime = Duration.ofMinutes(1);
    Backoff backoff = time -> LockSupport.parkNanos(time.toNanos());
    RandomGenerator random = new SecureRandom();
    SecureRandom keyRandom = new SecureRandom();

    OrchestratorBuilder(OrchestratorStore store, BlobStore blobs, FoundationStore foundation) {
        this.store = store;
        this.blobs = blobs;
        this.foundation = foundation;
    }

    /** Where events come from; without it, namespaces are made by calls only. Not closed by the orchestrator. */
    public OrchestratorBuilder eventBus(EventBus eventBus) {
        requireFirst(bus, "event bus");
        bus = eventBus;
        return this;
    }

    /** Where trainers leave adapters; without it, adapters are registered from files only. */
    public OrchestratorBuilder adapterStore(AdapterStore trainers) {
        requireFirst(adapterStore, "adapter store");
        adapterStore = trainers;
        return this;
    }

    /**
     * Where the namespaces' keys are kept, outside the store; with it everything that is stored of a learner is encrypted. Set it from
     * the beginning: what was stored without a vault is not read with one.
     */
    public OrchestratorBuilder keyVault(KeyVault keys) {
        requireFirst(vault, "key vault");
        vault = keys;
        return this;
    }

    /**
     * Who decides about deletions; without it, and without a key vault, every deletion is refused.
     *
     * @see ApiKeyAuthority
     * @see DeletionCapabilities
     */
    public OrchestratorBuilder guardianAuthority(GuardianAuthority guardians) {
        requireFirst(authority, "guardian authority");
        authority = guardians;
        return this;
    }

    /**
     * Where merging and hashing run; by default a pool of daemon threads of the orchestrator's own, one for each processor,
     * which {@link Orchestrator#close()} ends.
     *
     * @param threads how many of its threads to keep busy, at least 1; changes speed only, never a result
     */
    public OrchestratorBuilder executor(Executor pool, int threads) {
        requireFirst(executor, "executor");
        if (threads < 1) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "parallelism must be at least 1, not " + threads);
        }
        executor = pool;
        parallelism = threads;
        return this;
    }

    /**
     * Where leases are renewed and the clock is looked at: short work only, and only in time if it has a thread to spare. By default one daemon
     * thread of the orchestrator's own. A given one is not shut down. Merges and jobs never run on it.
     */
    public OrchestratorBuilder timer(ScheduledExecutorService threads) {
        requireFirst(timer, "timer");
        timer = threads;
        return this;
    }

    /**
     * Where fallbacks run that a damaged read or a new foundation release began and nobody waits for; by default on one daemon thread of the
     * orchestrator's own, from {@link Orchestrator#start()} to {@link Orchestrator#close()}. One that rejects work leaves them to the next
     * scrub or night. Where a {@link #timer} is given too, messages are published here as well: then it should have two threads at least.
     */
    public OrchestratorBuilder background(Executor threads) {
        requireFirst(background, "background executor");
        background = threads;
        return this;
    }

    /**
     * What runs {@link #nightly}, {@link #cleanup} and {@link #scrubbing}: for several nodes, a scheduler that they share. By default one of this process alone,
     * which knows nothing of times before its start. {@link Orchestrator#start()} starts it, and {@link Orchestrator#close()} closes it.
     */
    public OrchestratorBuilder jobs(JobScheduler scheduler) {
        requireFirst(jobs, "job scheduler");
        jobs = scheduler;
        return this;
    }

    /**
     * When nights run by themselves; without it, when {@link Merges#runNight()} is called. A local time that clocks skip or show twice
     * leads to one night.
     *
     * @param cron minute, hour, day of month, month, day of week: {@code 30 2 * * *} for half past two every night
     * @throws InvalidInputException if the expression is malformed
     */
    public OrchestratorBuilder nightly(String cron, ZoneId zone) {
        requireFirst(nightly, "nightly schedule");
        nightly = new CronTimetable(cron, zone);
        nightlyZone = zone;
        return this;
    }

    /**
     * When nights that run by themselves end at the latest, with or without being done: at the next such time, in the zone of {@link #nightly}.
     * What is left is the next night's.
     *
     * @param end a full minute
     */
    public OrchestratorBuilder nightlyDeadline(LocalTime end) {
        requireFirst(nightlyDeadline, "nightly deadline");
        if (!end.truncatedTo(ChronoUnit.MINUTES).equals(end)) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the nightly deadline is a full minute, not " + end);
        }
        nightlyDeadline = end;
        return this;
    }

    /**
     * Into how many parts a night is divided, each of which one node does: a few for each node; the same on all. 1 by default.
     *
     * @param count 1 to 1000
     */
    public OrchestratorBuilder nightShards(int count) {
        if (count < 1 || count > 1000) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "a night has 1 to 1000 parts, not " + count);
        }
        nightShards = count;
        return this;
    }

    /**
     * When {@link Upkeep#applyRetention()} and then {@link Upkeep#collectOrphans()} run by themselves; without it, when they are called.
     *
     * @param cron as of {@link #nightly}
     * @throws InvalidInputException if the expression is malformed
     */
    public OrchestratorBuilder cleanup(String cron, ZoneId zone) {
        requireFirst(cleanup, "cleanup schedule");
        cleanup = new CronTimetable(cron, zone);
        return this;
    }

    /**
     * When {@link Recovery#scrub} runs by itself; without it, when it is called.
     *
     * @param cron as of {@link #nightly}
     * @param request what it does; a {@link ScrubRequest#notSince()} shorter than the time between two runs lets each go on where the one
     *     before it was stopped
     * @throws InvalidInputException if the expression is malformed
     */
    public OrchestratorBuilder scrubbing(String cron, ZoneId zone, ScrubRequest request) {
        requireFirst(scrubbing, "scrub schedule");
        scrubbing = new CronTimetable(cron, zone);
        scrubRequest = request;
        return this;
    }

    /** Policy of namespaces that are made without one of their own; {@link MergePolicy#DEFAULT} by default. */
    public OrchestratorBuilder defaultPolicy(MergePolicy defaultPolicy) {
        policy = defaultPolicy;
        return this;
    }

    /** Bounds for adapters, registered and stored ones; {@link AdapterLimits#DEFAULT} by default. */
    public OrchestratorBuilder adapterLimits(AdapterLimits limits) {
        adapterLimits = limits;
        return this;
    }

    /** How long checkpoints are kept once {@link Upkeep#applyRetention()} is called; {@link RetentionPolicy#DEFAULT} by default. */
    public OrchestratorBuilder retention(RetentionPolicy keep) {
        retention = keep;
        return this;
    }

    /** When namespaces fall back; {@link RecoveryPolicy#DEFAULT} by default. */
    public OrchestratorBuilder recovery(RecoveryPolicy rules) {
        recovery = rules;
        return this;
    }

    /**
     * How namespaces move to new foundation releases within the lag that is allowed; they stay by default, since their adapters were
     * trained on the release that they are on.
     */
    public OrchestratorBuilder rebase(RebasePolicy rules) {
        rebase = rules;
        return this;
    }

    /**
     * A second blob store with copies of the first's blobs, under the same names. It is the host's to keep, as by copying a directory; it
     * is only read, when a blob of the first is damaged.
     */
    public OrchestratorBuilder mirror(BlobStore copies) {
        requireFirst(mirror, "mirror");
        mirror = copies;
        return this;
    }

    /** Adds a listener; may be called several times. */
    public OrchestratorBuilder addListener(OrchestratorListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * What the audit log's tree is signed with, and where its heads are kept outside the database; without it entries are
     * written, in hash chains, but no head is signed.
     *
     * @param origin name of the log, without spaces and plus signs, the same for all processes that share a store
     * @param key an Ed25519 key pair; likewise
     */
    public OrchestratorBuilder audit(String origin, KeyPair key, AnchorSink anchors) {
        requireFirst(audit, "audit key");
        if (origin.isBlank()
                || origin.lines().count() != 1
                || !key.getPublic().getAlgorithm().equals("EdDSA")) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the audit log needs a name of one line and an Ed25519 key pair");
        }
        audit = new AuditSigner(origin, key, anchors);
        return this;
    }

    /**
     * How long the leases of a process last after it died, and its claims on messages; a minute by default. Leases are renewed every
     * third of that time, by the store's clock.
     */
    public OrchestratorBuilder leaseTime(Duration time) {
        if (time.compareTo(Duration.ofMillis(10)) < 0) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "a lease must last 10 ms or longer, not " + time);
        }
        leaseTime = time;
        return this;
    }

    /** How to wait before asking again whether a commit happened; for tests. */
    OrchestratorBuilder backoff(Backoff pause) {
        backoff = pause;
        return this;
    }

    /** The time of events and checkpoints; the system's by default. Enters no hash of a model. */
    public OrchestratorBuilder clock(InstantSource source) {
        clock = source;
        return this;
    }

    /** Where namespace uids and operation ids are drawn from; a {@link SecureRandom} by default. Keys come from one always. */
    public OrchestratorBuilder random(RandomGenerator source) {
        random = source;
        return this;
    }

    /** Where keys are drawn from; for tests that have to have the same bytes twice. */
    OrchestratorBuilder keyRandom(SecureRandom source) {
        keyRandom = source;
        return this;
    }

    /** Elements computed at once by one thread; for tests, it changes speed only. */
    OrchestratorBuilder tileElements(int elements) {
        tileElements = elements;
        return this;
    }

    /**
     * Builds the orchestrator; nothing runs before {@link Orchestrator#start()}.
     *
     * @throws InvalidInputException if two merge strategies on the class path have the same id, or if there is a nightly deadline without
     *     a nightly schedule
     */
    public Orchestrator build() {
        if (nightlyDeadline != null && nightly == null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "there is a nightly deadline, but no nightly schedule");
        }
        return new Orchestrator(this);
    }

    private static void requireFirst(@Nullable Object before, String what) {
        if (before != null) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "the " + what + " is set already, to " + before);
        }
    }
}
