/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.checkpoint.CheckpointMaker;
import io.privatefm.core.checkpoint.CheckpointPublisher;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.ModelDirectoryWriter;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.guardian.DeletionReceipts;
import io.privatefm.core.guardian.DeletionRequests;
import io.privatefm.core.guardian.NamespaceDeletion;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.journal.AuditSequencer;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.OutboxRelay;
import io.privatefm.core.journal.ReadyMessage;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.merge.MergeExecutor;
import io.privatefm.core.merge.Plugins;
import io.privatefm.core.night.NamespaceMerger;
import io.privatefm.core.night.NamespaceRetention;
import io.privatefm.core.night.NightControl;
import io.privatefm.core.night.NightFallbacks;
import io.privatefm.core.night.NightShift;
import io.privatefm.core.night.OrphanCollector;
import io.privatefm.core.night.Rebases;
import io.privatefm.core.night.Retention;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.recovery.Misfits;
import io.privatefm.core.recovery.ReadDamage;
import io.privatefm.core.recovery.RecoveryRoom;
import io.privatefm.core.schedule.CronTimetable;
import io.privatefm.core.schedule.InProcessScheduler;
import io.privatefm.core.seal.Keyring;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.Subscription;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.TensorKernels;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Private foundation models: a namespace for each learner, adapters merged with a frozen foundation into versioned,
 * content-hashed checkpoints. Blocking; safe for use by several threads at once; several may live in one JVM.
 *
 * <p>The stores that were passed in stay the host's to close.
 */
public final class Orchestrator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Orchestrator.class);
    private static final String GROUP = "private-fm";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration TICK = Duration.ofMillis(500);

    private final Namespaces namespaces;
    private final Adapters adapters;
    private final Merges merges;
    private final Checkpoints checkpoints;
    private final Upkeep upkeep;
    private final Guardian guardian;
    private final Keys keys;
    private final Recovery recovery;
    private final @Nullable EventBus bus;
    private final @Nullable ExecutorService ownPool;
    private final ScheduledExecutorService timer;
    private final Background background = new Background();
    private final boolean ownTimer;
    private final boolean ownBackground;
    private final ReentrantLock ticking = new ReentrantLock();
    private final NightControl control;
    private final @Nullable Jobs jobs;
    private volatile boolean closed;
    private @Nullable Subscription subscription;
    private @Nullable ScheduledFuture<?> running;

    Orchestrator(OrchestratorBuilder setup) {
        Executor executor = setup.executor;
        if (executor == null) {
            ownPool = MergeThreads.pool(setup.parallelism);
            executor = ownPool;
        } else {
            ownPool = null;
        }
        TensorStream stream = new TensorStream(executor, setup.parallelism);
        Plugins plugins = new Plugins(
                ServiceLoader.load(MergeStrategy.class),
                ServiceLoader.load(TensorKernels.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
        GuardedListener listener = new GuardedListener(List.copyOf(setup.listeners));
        RandomIds ids = new RandomIds(setup.random);
        InstantSource clock = () -> setup.clock.instant().truncatedTo(ChronoUnit.MICROS);
        ownTimer = setup.timer == null;
        ownBackground = setup.background == null;
        timer = setup.timer == null ? MergeThreads.timer() : setup.timer;
        LeaseKeeper keeper = new LeaseKeeper(setup.store, timer, ids.operation(), setup.leaseTime);
        Keyring keyring = setup.vault == null ? null : new Keyring(setup.store, setup.vault, setup.keyRandom);
        RandomGenerator salts = setup.vault == null ? setup.random : setup.keyRandom;
        RowSeal seal = new RowSeal(keyring, salts);
        Journal journal = new Journal(clock, setup.bus != null, seal);
        SealedBlobs blobs = new SealedBlobs(setup.blobs, keyring, salts);
        Foundations foundations = new Foundations(setup.foundation, stream);
        AdapterArchive archive = new AdapterArchive(blobs, setup.adapterLimits);
        CheckpointReader reader = new CheckpointReader(blobs, stream);
        MergePlanner planner = new MergePlanner(id -> plugins.strategy(id).revision());
        CheckpointPublisher publisher =
                new CheckpointPublisher(setup.store, blobs, reader, ids::operation, journal, setup.backoff);
        CheckpointMaker maker =
                new CheckpointMaker(archive, new MergeExecutor(blobs, stream, plugins, setup.tileElements), publisher);
        RecoveryRoom room = new RecoveryRoom(
                setup.store,
                new RecoveryRoom.Reading(
                        setup.blobs,
                        over -> new SealedBlobs(over, keyring, salts),
                        over -> new CheckpointReader(over, stream),
                        over -> new AdapterArchive(over, setup.adapterLimits)),
                setup.mirror,
                foundations,
                journal,
                keeper,
                planner,
                maker,
                setup.recovery,
                ids::operation,
                listener);
        ReadDamage damage = new ReadDamage(
                room.findings(), room.fallback(), setup.background == null ? background : setup.background);
        NamespaceMerger merger = new NamespaceMerger(
                setup.store,
                foundations,
                new Rebases(setup.rebase, setup.recovery.maxVersionLag(), foundations, clock),
                new Misfits(archive),
                planner,
                reader,
                maker,
                journal,
                keeper,
                damage,
                listener,
                clock);
        bus = setup.bus;
        namespaces = new Namespaces(
                setup.store, foundations, setup.policy, ids::namespace, ids::operation, keyring, listener, journal);
        adapters = new Adapters(setup.store, namespaces, foundations, archive, setup.adapterStore, listener, journal);
        control = new NightControl(setup.store, clock);
        NightFallbacks fallbacks = new NightFallbacks(room.fallback(), setup.recovery.maxVersionLag());
        NightShift night = new NightShift(setup.store, foundations, merger, fallbacks, control, listener);
        merges = new Merges(merger, night, control);
        checkpoints = new Checkpoints(
                setup.store,
                namespaces,
                foundations,
                reader,
                new ModelDirectoryWriter(stream, ModelDirectoryWriter.DEFAULT_SHARD_BYTES),
                damage);
        AuditSequencer sequencer = setup.audit == null
                ? null
                : new AuditSequencer(setup.store, setup.audit, keeper.holder(), keeper.ttl(), clock);
        keys = new Keys(setup.store, namespaces, keyring, journal);
        recovery = new Recovery(
                setup.store,
                namespaces,
                room.scrubber(
                        setup.backoff, () -> Optional.ofNullable(setup.audit).map(audit -> audit.verify(setup.store))),
                room.fallback(),
                room.replayCheck(),
                room.breaker());
        guardian = new Guardian(
                setup.vault == null || keyring == null
                        ? null
                        : new DeletionRequests(
                                setup.store,
                                setup.authority,
                                new NamespaceDeletion(setup.store, setup.blobs, setup.vault, keyring, keeper, journal),
                                new DeletionReceipts(setup.store, sequencer),
                                journal,
                                ids::operation,
                                listener));
        upkeep = new Upkeep(
                setup.store,
                bus == null ? null : new OutboxRelay(setup.store, bus, seal, keeper.ttl()),
                sequencer,
                new OrphanCollector(setup.store, setup.blobs, keeper),
                new Retention(
                        setup.store,
                        foundations,
                        new NamespaceRetention(
                                setup.store, foundations, reader, keeper, journal, ids::operation, setup.retention)));
        jobs = jobs(setup, night, clock);
        LOG.info(
                "orchestrator ready: store {}, {}, kernels {}, {} threads, policy {}",
                setup.store.name(),
                keyring == null ? "nothing encrypted: no key vault" : "encrypted",
                plugins.kernels().id(),
                setup.parallelism,
                setup.policy);
    }

    private @Nullable Jobs jobs(OrchestratorBuilder setup, NightShift night, InstantSource clock) {
        if (setup.jobs == null && setup.nightly == null && setup.cleanup == null && setup.scrubbing == null) {
            return null;
        }
        Jobs made = new Jobs(setup.jobs == null ? new InProcessScheduler(setup.clock, timer, PATIENCE) : setup.jobs);
        if (setup.nightly != null && setup.nightlyZone != null) {
            CronTimetable end = setup.nightlyDeadline == null
                    ? null
                    : CronTimetable.daily(setup.nightlyDeadline, setup.nightlyZone);
            made.addNights(night, setup.nightShards, setup.nightly, end, clock);
        }
        if (setup.cleanup != null) {
            made.addCleanup(upkeep, setup.cleanup);
        }
        if (setup.scrubbing != null) {
            made.addScrub(recovery, setup.scrubRequest, setup.scrubbing);
        }
        return made;
    }

    /** Starts wiring an orchestrator around the three things that it cannot do without. */
    public static OrchestratorBuilder builder(OrchestratorStore store, BlobStore blobs, FoundationStore foundation) {
        return new OrchestratorBuilder(store, blobs, foundation);
    }

    /** The learners' namespaces. */
    public Namespaces namespaces() {
        return namespaces;
    }

    /** The learners' adapters. */
    public Adapters adapters() {
        return adapters;
    }

    /** Merging. */
    public Merges merges() {
        return merges;
    }

    /** Published checkpoints. */
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    /** What has to be done now and then. */
    public Upkeep upkeep() {
        return upkeep;
    }

    /** Deletion for good. */
    public Guardian guardian() {
        return guardian;
    }

    /** The namespaces' keys. */
    public Keys keys() {
        return keys;
    }

    /** Scrubs and fallbacks. */
    public Recovery recovery() {
        return recovery;
    }

    /**
     * Goes on with deletions that were begun or that a restored backup undid. Then begins to take {@code PRIVATE_BRAIN_READY} events from
     * the bus, to publish what waits in the outbox, to sequence the audit log, and to run the jobs that have a schedule.
     *
     * @throws IllegalStateException if it runs already
     * @throws PfmException if a deletion that was granted cannot be done; nothing runs then
     */
    public synchronized void start() {
        if (running != null) {
            throw new IllegalStateException("started already");
        }
        guardian.resume();
        if (ownBackground) {
            background.start();
        }
        running = timer.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        if (bus != null) {
            subscription = bus.subscribe(ReadyMessage.TOPIC, GROUP, message -> {
                ReadyMessage ready = ReadyMessage.read(message);
                namespaces.provision(ready, GROUP, message.id());
            });
        }
        if (jobs != null) {
            jobs.start();
        }
    }

    private void tick() {
        ticking.lock();
        try {
            if (closed) {
                return;
            }
            upkeep.relayMessages();
            upkeep.sequenceAudit();
        } catch (PfmException e) {
            LOG.warn("upkeep failed; it is tried again", e);
        } catch (RuntimeException e) {
            LOG.error("upkeep failed", e);
        } finally {
            ticking.unlock();
        }
    }

    /**
     * Stops what {@link #start()} started and ends the orchestrator's own threads. A night that a job is at ends as by {@link
     * Merges#cancelNight()}; where jobs are shared with other nodes, one of them does the rest. Idempotent.
     */
    @Override
    public synchronized void close() {
        closed = true;
        if (jobs != null) {
            control.close();
            jobs.close();
        }
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
        if (running != null) {
            running.cancel(false);
            running = null;
        }
        awaitBackground();
        if (ownTimer) {
            timer.shutdown();
        }
        if (ownPool != null) {
            ownPool.shutdown();
        }
    }

    /** Waits for the fallback and the round of upkeep that are running, so that the host can close its stores after this. */
    private void awaitBackground() {
        try {
            if (!background.stop(PATIENCE)) { // leases are renewed until then
                LOG.warn("a fallback has not ended after {}; another process goes on with it", PATIENCE);
            }
            if (ticking.tryLock(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                ticking.unlock();
            } else {
                LOG.warn("upkeep has not ended after {}", PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
