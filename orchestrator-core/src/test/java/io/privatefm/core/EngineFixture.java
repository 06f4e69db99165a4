/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.checkpoint.Backoff;
import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fixture: an orchestrator over parts that a test can look into and damage: the tiny foundation as release {@code r1}, all
 * in memory, on the calling thread, with a clock that goes on by a second at each look and with ids from a fixed seed.
 */
public final class EngineFixture implements AutoCloseable {
    /** What the clock says first. */
    public static final Instant START = Instant.parse("2026-03-01T02:00:00Z");

    public static final LearnerId ADA = LearnerId.of("ada");
    public static final Subject MATH = Subject.of("math");
    public static final Subject READING = Subject.of("reading");

    /** The clock of store and blobs, by which leases and orphans go. */
    public final ManualTime storeTime = new ManualTime();

    public final InMemoryStore store = new InMemoryStore(storeTime);
    public final FaultyBlobs blobs = new FaultyBlobs(storeTime);
    public final Releases foundation = new Releases();
    public final EventRecorder events = new EventRecorder();
    public final InstantSource clock;
    private final @Nullable KeyVault vault;
    private Orchestrator orchestrator;

    /** Parts with the tiny foundation, without a vault. */
    public EngineFixture() {
        this(null);
    }

    /** Parts with the tiny foundation, everything encrypted. */
    public EngineFixture(@Nullable KeyVault vault) {
        this.vault = vault;
        AtomicLong seconds = new AtomicLong();
        clock = () -> START.plusSeconds(seconds.getAndIncrement());
        foundation.put("r1", ModelFixture.tiny(1).files());
        orchestrator = builder().build();
    }

    /** A builder with all parts, for a test that changes one. */
    public OrchestratorBuilder builder() {
        OrchestratorBuilder builder = Orchestrator.builder(store, blobs, foundation)
                .executor(Runnable::run, 1)
                .clock(clock)
                .random(new Random(7))
                .addListener(events);
        return vault == null ? builder : builder.keyVault(vault);
    }

    /** A builder whose pauses a test sees instead. */
    public OrchestratorBuilder builder(Backoff pauses) {
        return builder().backoff(pauses);
    }

    /** Uses another orchestrator over the same parts from now on: what was only remembered is forgotten. */
    public Orchestrator restart(OrchestratorBuilder builder) {
        orchestrator.close();
        orchestrator = builder.build();
        return orchestrator;
    }

    /** The vault that it was made with. */
    public KeyVault vault() {
        return Objects.requireNonNull(vault);
    }

    public Orchestrator orchestrator() {
        return orchestrator;
    }

    /** Provisions Ada's namespace with these subjects and the default policy. */
    public NamespaceRow provision(Subject... subjects) {
        return provision(MergePolicy.DEFAULT, subjects);
    }

    /** Provisions Ada's namespace with these subjects. */
    public NamespaceRow provision(MergePolicy policy, Subject... subjects) {
        return orchestrator.namespaces().provision(ADA, Stream.of(subjects).toList(), policy);
    }

    /** Registers an adapter for Ada that {@code seed} alone decides. */
    public void register(Subject subject, long seed) {
        orchestrator.adapters().register(ADA, subject, AdapterFixture.tiny(seed).files());
    }

    /** Provisions Ada's namespace with these subjects, gives each an adapter, and merges. */
    public CheckpointRow checkpoint(MergePolicy policy, Subject... subjects) {
        provision(policy, subjects);
        for (Subject subject : new TreeSet<>(Stream.of(subjects).toList())) {
            register(subject, subject.value().hashCode());
        }
        return merge();
    }

    /** Merges Ada's namespace, which must be due. */
    public CheckpointRow merge() {
        MergeOutcome outcome = orchestrator.merges().mergeNow(ADA);
        if (outcome instanceof MergeOutcome.Merged merged) {
            return merged.checkpoint();
        }
        throw new AssertionError("not merged: " + outcome);
    }

    @Override
    public void close() {
        orchestrator.close();
        store.close();
    }
}
