/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.checkpoint.Backoff;
import io.privatefm.core.checkpoint.CheckpointMaker;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts the parts of recovery together. */
public final class RecoveryRoom {
    private final OrchestratorStore store;
    private final Foundations foundations;
    private final Journal journal;
    private final Reading reading;
    private final Findings findings;
    private final Breaker breaker;
    private final Replays replays;
    private final Replayer replayer;
    private final NamespaceFallback fallback;
    private final Supplier<String> operationIds;

    /**
     * How blobs are read, over any blob store.
     *
     * @param blobs the store that is written to
     */
    public record Reading(
            BlobStore blobs,
            Function<BlobStore, SealedBlobs> sealing,
            Function<SealedBlobs, CheckpointReader> reader,
            Function<SealedBlobs, AdapterArchive> archive) {}

    /**
     * Parts for one orchestrator.
     *
     * @param mirror where sound copies of blobs may be; only read
     * @param operationIds gives a new unique id at each call
     */
    public RecoveryRoom(
            OrchestratorStore store,
            Reading reading,
            @Nullable BlobStore mirror,
            Foundations foundations,
            Journal journal,
            LeaseKeeper keeper,
            MergePlanner planner,
            CheckpointMaker maker,
            RecoveryPolicy policy,
            Supplier<String> operationIds,
            OrchestratorListener listener) {
        this.store = store;
        this.foundations = foundations;
        this.journal = journal;
        this.reading = reading;
        this.operationIds = operationIds;
        SealedBlobs sealed = reading.sealing().apply(reading.blobs());
        CheckpointReader reader = reading.reader().apply(sealed);
        Misfits misfits = new Misfits(reading.archive().apply(sealed));
        findings = new Findings(store, listener);
        breaker = new Breaker(store, policy, listener);
        replays = new Replays(foundations, misfits, policy.maxVersionLag());
        replayer = new Replayer(foundations, planner, maker, reader);
        FallbackSteps steps = new FallbackSteps(
                new FallbackJournal(store, journal), replayer, journal, policy.retryLimit(), operationIds, listener);
        DamageFallback damage = new DamageFallback(
                store,
                foundations,
                journal,
                replays,
                new HeadCheck(foundations, reader),
                new Trusted(reader),
                new MirrorRepair(reading.blobs(), mirror, reading.sealing()),
                new RowRepair(store, reader, journal, operationIds),
                steps);
        fallback = new NamespaceFallback(store, journal, keeper, breaker, replays, damage, steps);
    }

    /** The ladder. */
    public NamespaceFallback fallback() {
        return fallback;
    }

    /** What stops all fallbacks. */
    public Breaker breaker() {
        return breaker;
    }

    /** What is known to be the matter. */
    public Findings findings() {
        return findings;
    }

    /** Proofs that a checkpoint can be computed again. */
    public ReplayCheck replayCheck() {
        return new ReplayCheck(store, journal, replays, replayer);
    }

    /**
     * Scrubs.
     *
     * @param audit verifies the audit log; empty where its key is not known
     */
    public Scrubber scrubber(Backoff pause, Supplier<Optional<AuditVerdict>> audit) {
        return new Scrubber(
                store,
                foundations,
                this::scrub,
                rate -> new PacedBlobs(reading.blobs(), rate, pause),
                findings,
                fallback,
                audit);
    }

    private NamespaceScrub scrub(PacedBlobs paced) {
        SealedBlobs sealed = reading.sealing().apply(paced);
        CheckpointReader reader = reading.reader().apply(sealed);
        return new NamespaceScrub(
                store,
                foundations,
                sealed,
                reader,
                reading.archive().apply(sealed),
                new RowRepair(store, reader, journal, operationIds),
                journal,
                replays,
                replayer);
    }
}
