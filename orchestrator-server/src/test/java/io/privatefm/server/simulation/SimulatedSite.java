/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import io.privatefm.core.InMemory;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.core.SameBytes;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.VariantRow;
import io.privatefm.testkit.MemoryFiles;
import io.privatefm.testkit.SimulatedBlobs;
import io.privatefm.testkit.SimulatedFoundation;
import io.privatefm.testkit.SimulatedProcess;
import io.privatefm.testkit.SimulatedTime;
import io.privatefm.testkit.SimulatedTimer;
import io.privatefm.testkit.TinyAdapters;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Fixture: what the orchestrators of one simulated site share, all in memory and in simulated time. */
final class SimulatedSite {
    static final Subject MATH = Subject.of("math");
    static final Subject READING = Subject.of("reading");
    static final Duration LEASE = Duration.ofMinutes(1);

    final SimulatedTime time = new SimulatedTime(Instant.parse("2026-01-01T01:00:00Z"));
    final OrchestratorStore store = InMemory.store(time);
    final SimulatedBlobs blobs;
    final SimulatedFoundation foundation;
    final List<LifecycleEvent> events = new ArrayList<>();
    private final Map<Long, MemoryFiles> adapters = new HashMap<>();
    private long built;

    SimulatedSite(long seed) {
        blobs = new SimulatedBlobs(time, new Random(seed));
        foundation = new SimulatedFoundation(time, seed).promising(files -> ModelCheck.contentHash(files, 1));
        built = seed << 20;
    }

    /** A builder over the parts themselves. */
    OrchestratorBuilder builder() {
        return builder(store, blobs);
    }

    /** A builder over the parts as a process has them. */
    OrchestratorBuilder builder(SimulatedProcess process) {
        return builder(process.watch(OrchestratorStore.class, store), process.watch(BlobStore.class, blobs));
    }

    OrchestratorBuilder builder(OrchestratorStore ownStore, BlobStore ownBlobs) {
        return builder(ownStore, ownBlobs, time.timer());
    }

    OrchestratorBuilder builder(OrchestratorStore ownStore, BlobStore ownBlobs, SimulatedTimer timer) {
        return SameBytes.from(++built, Orchestrator.builder(ownStore, ownBlobs, foundation))
                .executor(Runnable::run, 1)
                .timer(timer)
                .background(Runnable::run)
                .leaseTime(LEASE)
                .clock(time)
                .addListener(events::add);
    }

    /** Gives a learner an adapter that {@code seed} alone decides; it fits every release. */
    void register(Orchestrator pfm, LearnerId learner, Subject subject, long seed) {
        pfm.adapters()
                .register(
                        learner,
                        subject,
                        adapters.computeIfAbsent(
                                seed,
                                key -> TinyAdapters.plain(foundation.model("r1"), key, "c_attn")
                                        .files()));
    }

    /** Scrubs everything, whenever it was scrubbed last. */
    ScrubReport scrub(Orchestrator pfm) {
        time.advance(Duration.ofSeconds(1));
        return pfm.recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
    }

    /** The events of one kind so far. */
    <E extends LifecycleEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The blobs of a checkpoint, its manifest first. */
    static List<Sha256> blobs(CheckpointRow row) {
        return Stream.concat(
                        Stream.of(row.manifestBlob()), row.variants().stream().map(VariantRow::blob))
                .toList();
    }

    /** A copy of an owner's blobs, as a mirror has it. */
    SimulatedBlobs copy(NsUid owner) {
        SimulatedBlobs copies = new SimulatedBlobs(time, new Random(1));
        for (StoredBlob blob : blobs.list(owner)) {
            byte[] bytes = new byte[(int) blob.bytes()];
            try (var file = blobs.open(owner, blob.name()).orElseThrow();
                    var writer = copies.create(owner, bytes.length)) {
                file.read(0, ByteBuffer.wrap(bytes));
                writer.write(ByteBuffer.wrap(bytes));
                writer.commit();
            }
        }
        return copies;
    }
}
