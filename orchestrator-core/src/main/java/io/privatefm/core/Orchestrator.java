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
import io.privatefm.core.inbox.Inbox;
import io.privatefm.core.journal.AuditSequencer;
import io.privatefm.core.journal.Correlation;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.OutboxRelay;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.merge.MergeExecutor;
import io.privatefm.core.merge.Plugins;
import io.privatefm.core.night.MergeFailures;
import io.privatefm.core.night.NamespaceMerger;
import io.privatefm.core.night.NamespaceRetention;
import io.privatefm.core.night.NightControl;
import io.privatefm.core.night.NightFallbacks;
import io.privatefm.core.night.NightShift;
import io.privatefm.core.night.OrphanCollector;
import io.privatefm.core.night.Rebases;
import io.privatefm.core.night.ReleaseCheck;
import io.privatefm.core.night.Retention;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.recovery.Misfits;
import io.privatefm.core.recovery.ReadDamage;
import io.privatefm.core.recovery.RecoveryRoom;
import io.privatefm.core.seal.Keyring;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.TensorKernels;
import io.privatefm.spi.observe.CorrelationScope;
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
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Namespaces namespaces;
    private final Adapters adapters;
    private final Merges merges;
    private final Checkpoints checkpoints;
    private final Upkeep upkeep;
    private final Guardian guardian;
    private final Keys keys;
    private final Recovery recovery;
    private final Overview overview;
    private final Security security;
    private final Correlation correlation = new Correlation();
    private final Ticks ticks;
    private final @Nullable EventIntake intake;
    private final @Nullable ExecutorService ownPool;
    private final ScheduledExecutorService timer;
    private final Background background = new Background("pfm-background");
    private final boolean ownTimer;
    private final boolean ownBackground;
    private final NightControl control;
    private final @Nullable Jobs jobs;

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
        Journal journal = new Journal(clock, setup.bus != null, seal, correlation);
        SealedBlobs blobs = new SealedBlobs(setup.blobs, keyring, salts);
        Foundations foundations = new Foundations(setup.foundation, stream);
        AdapterArchive archive = new AdapterArchive(blobs, setup.adapterLimits);
        CheckpointReader reader = new CheckpointReader(blobs, stream);
        MergePlanner planner = new MergePlanner(id -> plugins.strategy(id).revision());
        CheckpointPublisher publisher =
                new CheckpointPublisher(setup.store, blobs, reader, ids::operation, journal, setup.backoff);
        CheckpointMaker maker = new CheckpointMaker(
                archive, new MergeExecutor(blobs, stream, plugins, setup.tileElements), publisher, listener);
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
        Executor unheard = correlation.carriedBy(setup.background == null ? background : setup.background);
        ReadDamage damage = new ReadDamage(room.findings(), room.fallback(), unheard);
        MergeFailures failures = new MergeFailures(setup.store, journal, ids::operation, listener);
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
                failures,
                clock);
        namespaces = new Namespaces(
                setup.store, foundations, setup.policy, ids::namespace, ids::operation, keyring, listener, journal);
        AdapterRegistration registration =
                new AdapterRegistration(setup.store, foundations, archive, listener, journal);
        adapters = new Adapters(setup.store, namespaces, registration, setup.adapterStore);
        control = new NightControl(setup.store, clock);
        NightFallbacks fallbacks = new NightFallbacks(room.fallback(), setup.recovery.maxVersionLag());
        ReleaseCheck releases = new ReleaseCheck(
                setup.store, foundations, fallbacks, room.fallback(), room.breaker(), control, unheard);
        NightShift night = new NightShift(setup.store, foundations, merger, fallbacks, control, failures, listener);
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
                room.breaker(),
                releases);
        overview = new Overview(setup.store, foundations, setup.bus != null);
        security = new Security(setup.store, journal, ids::operation, listener);
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
                setup.bus == null ? null : new OutboxRelay(setup.store, setup.bus, seal, keeper.ttl()),
                sequencer,
                new OrphanCollector(setup.store, setup.blobs, keeper),
                new Retention(
                        setup.store,
                        foundations,
                        new NamespaceRetention(
                                setup.store, foundations, reader, keeper, journal, ids::operation, setup.retention)));
        ticks = new Ticks(upkeep, timer, ownTimer ? null : setup.background);
        intake = setup.bus == null
                ? null
                : intake(setup, setup.bus, new Inbox(setup.store, journal, listener), registration, journal, releases);
        jobs = Jobs.of(setup, timer, night, upkeep, recovery, clock);
        LOG.info(
                "orchestrator ready: store {}, {}, kernels {}, {} threads, policy {}",
                setup.store.name(),
                keyring == null ? "nothing encrypted: no key vault" : "encrypted",
                plugins.kernels().id(),
                setup.parallelism,
                setup.policy);
    }

    private EventIntake intake(
            OrchestratorBuilder setup,
            EventBus bus,
            Inbox inbox,
            AdapterRegistration registration,
            Journal journal,
            ReleaseCheck releases) {
        TrainedAdapters trained = setup.adapterStore == null
                ? null
                : new TrainedAdapters(setup.store, setup.adapterStore, registration, inbox, journal);
        return new EventIntake(bus, inbox, correlation, namespaces, trained, releases, ticks::wake);
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

    /** Where everything stands. */
    public Overview overview() {
        return overview;
    }

    /** What the host's access control reports. */
    public Security security() {
        return security;
    }

    /**
     * Opens a correlation id on the calling thread, as for one request: until the scope is closed, it is in the log lines (MDC key {@code
     * correlation_id}), events, audit entries and messages of what this thread does here.
     *
     * @param id 1 to 128 printable ASCII characters; an opaque one, since it is logged and sent
     * @throws io.privatefm.spi.InvalidInputException if it is anything else
     */
    public CorrelationScope correlated(String id) {
        return correlation.open(id);
    }

    /**
     * Goes on with deletions that were begun or that a restored backup undid. Then begins to publish what waits in the outbox, to sequence the
     * audit log, to take events from the bus ({@code PRIVATE_BRAIN_READY}, {@code FOUNDATION_RELEASED} and, with an adapter store, {@code
     * ADAPTER_TRAINED}), and to run the jobs that have a schedule.
     *
     * @throws IllegalStateException if it runs already
     * @throws PfmException if a deletion that was granted cannot be done; nothing runs then
     */
    public synchronized void start() {
        if (ticks.isRunning()) {
            throw new IllegalStateException("started already");
        }
        guardian.resume();
        if (ownBackground) {
            background.start();
        }
        ticks.start();
        if (intake != null) {
            intake.start();
        }
        if (jobs != null) {
            jobs.start();
        }
    }

    /**
     * Stops what {@link #start()} started and ends the orchestrator's own threads. A night that a job is at ends as by {@link
     * Merges#cancelNight()}; where jobs are shared with other nodes, one of them does the rest. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (jobs != null) {
            control.close();
            jobs.close();
        }
        if (intake != null) {
            intake.close();
        }
        ticks.stop();
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
            ticks.await(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
