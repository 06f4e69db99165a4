/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.checkpoint.CheckpointPublisher;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.ModelDirectoryWriter;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.journal.ReadyMessage;
import io.privatefm.core.merge.MergeExecutor;
import io.privatefm.core.merge.Plugins;
import io.privatefm.core.night.NamespaceMerger;
import io.privatefm.core.night.NightShift;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.Subscription;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.TensorKernels;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
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

    private final Namespaces namespaces;
    private final Adapters adapters;
    private final Merges merges;
    private final Checkpoints checkpoints;
    private final @Nullable EventBus bus;
    private final @Nullable ExecutorService ownPool;
    private @Nullable Subscription subscription;

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
        SealedBlobs blobs = new SealedBlobs(setup.blobs);
        Foundations foundations = new Foundations(setup.foundation, stream);
        AdapterArchive archive = new AdapterArchive(blobs);
        CheckpointReader reader = new CheckpointReader(blobs, stream);
        CheckpointPublisher publisher = new CheckpointPublisher(setup.store, blobs, reader, ids::operation, clock);
        NamespaceMerger merger = new NamespaceMerger(
                setup.store,
                foundations,
                archive,
                new MergePlanner(id -> plugins.strategy(id).revision()),
                new MergeExecutor(blobs, stream, plugins, setup.tileElements),
                publisher,
                listener,
                clock);
        bus = setup.bus;
        namespaces = new Namespaces(setup.store, foundations, setup.policy, ids::namespace, listener, clock);
        adapters = new Adapters(setup.store, namespaces, foundations, archive, setup.adapterStore, listener, clock);
        merges = new Merges(merger, new NightShift(setup.store, foundations, merger, listener));
        checkpoints = new Checkpoints(
                setup.store,
                namespaces,
                foundations,
                reader,
                new ModelDirectoryWriter(stream, ModelDirectoryWriter.DEFAULT_SHARD_BYTES));
        LOG.info(
                "orchestrator ready: store {}, kernels {}, {} threads, policy {}",
                setup.store.name(),
                plugins.kernels().id(),
                setup.parallelism,
                setup.policy);
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

    /**
     * Begins to take {@code PRIVATE_BRAIN_READY} events from the bus. Without a bus there is nothing to start.
     *
     * @throws IllegalStateException if it runs already
     */
    public synchronized void start() {
        if (subscription != null) {
            throw new IllegalStateException("started already");
        }
        if (bus != null) {
            subscription = bus.subscribe(ReadyMessage.TOPIC, GROUP, message -> {
                ReadyMessage ready = ReadyMessage.read(message);
                namespaces.provision(ready.learner(), ready.subjects());
            });
        }
    }

    /** Stops what {@link #start()} started and ends the orchestrator's own threads. Idempotent. */
    @Override
    public synchronized void close() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
        if (ownPool != null) {
            ownPool.shutdown();
        }
    }
}
