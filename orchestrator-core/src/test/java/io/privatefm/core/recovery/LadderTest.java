/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static io.privatefm.core.recovery.RecoveryFixture.outcome;
import static io.privatefm.core.recovery.RecoveryFixture.recovered;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.EngineFixture;
import io.privatefm.core.FaultyBlobs;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The ladder of fallbacks:")
class LadderTest {
    private final EngineFixture engine = new EngineFixture();
    private final RecoveryFixture ada = new RecoveryFixture(engine);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("the mirror's copies are put in place, and the checkpoint stays the one it is")
    void mirror() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        BlobStore mirror = copyOf(before.nsUid());
        engine.restart(engine.builder().mirror(mirror));
        engine.blobs.damageStored(before.variants().get(1).blob(), RecoveryFixture::flipLast);
        engine.blobs.damageStored(before.manifestBlob(), bytes -> new byte[bytes.length]);

        FallbackOutcome.Recovered recovered = recovered(outcome(ada.scrub()));

        assertThat(recovered.rung()).isEqualTo(Rung.MIRROR);
        assertThat(recovered.checkpoint()).isEqualTo(before);
        ada.assertSound(before);
        assertThat(ada.eventTypes()).endsWith("MERGE_COMPLETED", "FALLBACK_INITIATED", "FALLBACK_COMPLETED");
        assertThat(ada.findings(ScrubLevel.L2)).isEmpty();
    }

    @Test
    @DisplayName("the mirror also mends what the newest checkpoint does not depend on, without a fallback")
    void mirrorOfAdapters() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        BlobStore mirror = copyOf(before.nsUid());
        engine.restart(engine.builder().mirror(mirror));
        engine.blobs.damageStored(ada.adapters().get(0).weightsBlob(), RecoveryFixture::flipLast);

        assertThat(outcome(ada.scrub())).isInstanceOf(FallbackOutcome.NotNeeded.class);
        assertThat(ada.findings(ScrubLevel.L2)).isEmpty();
        assertThat(ada.eventTypes()).doesNotContain("FALLBACK_INITIATED");
    }

    @Test
    @DisplayName(
            "without the adapter nothing can be computed: it is tried again, then given up, and the foundation serves")
    void givenUp() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        AdapterRow adapter = ada.adapters().get(0);
        ada.damage(before);
        engine.blobs.damage(adapter.weightsBlob(), RecoveryFixture::flipLast);

        assertThat(outcome(ada.scrub())).isInstanceOfSatisfying(FallbackOutcome.Failed.class, failed -> {
            assertThat(failed.failures()).isEqualTo(1);
            assertThat(failed.reason()).contains(adapter.weightsBlob().hex());
        });
        assertThat(ada.namespace().state()).isEqualTo(NamespaceState.FALLBACK);
        assertThat(engine.orchestrator().merges().runNight().rejected()).isEqualTo(1);
        assertThat(outcome(ada.scrub())).isInstanceOf(FallbackOutcome.GivenUp.class);
        assertThat(ada.namespace().state()).isEqualTo(NamespaceState.CORRUPTED);
        assertThat(ada.eventTypes())
                .endsWith("FALLBACK_INITIATED", "FALLBACK_FAILED", "FALLBACK_FAILED", "FALLBACK_FAILED");
        assertThat(engine.events.events(LifecycleEvent.FallbackFailed.class))
                .extracting(LifecycleEvent.FallbackFailed::givenUp)
                .containsExactly(false, false, true);
        assertThat(outcome(ada.scrub())).isInstanceOf(FallbackOutcome.Halted.class);
        assertThat(engine.orchestrator().merges().runNight().namespaces())
                .as("read-only")
                .isZero();

        engine.register(MATH, 77);
        FallbackOutcome.Recovered back =
                recovered(engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Newest()));
        assertThat(back.checkpoint().version()).isEqualTo(2);
        assertThat(ada.namespace().state()).isEqualTo(NamespaceState.ACTIVE);
    }

    @Test
    @DisplayName("a read error that is gone when the bytes are read again is no damage")
    void transientError() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        int[] reads = {0};
        engine.blobs.damage(
                before.variants().get(0).blob(), bytes -> reads[0]++ == 0 ? RecoveryFixture.flipLast(bytes) : bytes);

        assertThat(ada.scrub().results()).isEmpty();
        assertThat(reads[0]).isGreaterThan(1);
    }

    @Test
    @DisplayName("a row that says something else than manifest and event log is mended; nothing falls back")
    void rowRepair() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        ada.tamper(tx -> {
            tx.removeCheckpoint(before.nsUid(), 1);
            tx.putCheckpoint(new CheckpointRow(
                    before.nsUid(),
                    1,
                    before.operationId(),
                    new Sha256(1, 2, 3, 4),
                    before.manifestBlob(),
                    before.foundationRelease(),
                    before.foundationHash(),
                    before.variants(),
                    before.createdAt()));
        });

        assertThat(ada.findings(ScrubLevel.L1)).extracting(Finding::verdict).contains(Verdict.ROW_DAMAGED);
        assertThat(outcome(ada.scrub())).isInstanceOf(FallbackOutcome.NotNeeded.class);
        assertThat(ada.latest()).isEqualTo(before);
        assertThat(ada.eventTypes()).endsWith("CHECKPOINT_ROW_REPAIRED").doesNotContain("FALLBACK_INITIATED");
        assertThat(ada.findings(ScrubLevel.L2)).isEmpty();
        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();
    }

    @Test
    @DisplayName("a blob that is sound and belongs somewhere else is an attack: it is never computed over, but halts")
    void foreign() {
        try (EngineFixture sealed = new EngineFixture(InMemory.vault())) {
            RecoveryFixture learner = new RecoveryFixture(sealed);
            CheckpointRow before = sealed.checkpoint(MergePolicy.DEFAULT, MATH, READING);
            CheckpointRow swapped = new CheckpointRow(
                    before.nsUid(),
                    1,
                    before.operationId(),
                    before.checkpointHash(),
                    before.variants().get(0).blob(),
                    before.foundationRelease(),
                    before.foundationHash(),
                    before.variants(),
                    before.createdAt());
            learner.tamper(tx -> {
                tx.removeCheckpoint(before.nsUid(), 1);
                tx.putCheckpoint(swapped);
            });

            assertThat(learner.findings(ScrubLevel.L1))
                    .extracting(Finding::verdict)
                    .contains(Verdict.FOREIGN_BLOB);
            assertThat(outcome(learner.scrub())).isInstanceOf(FallbackOutcome.NotNeeded.class);
            assertThat(learner.latest()).as("the event log knows better").isEqualTo(before);
        }
    }

    @Test
    @DisplayName("a key that is not the right one halts, and changes nothing")
    void wrongKey() {
        try (EngineFixture sealed = new EngineFixture(InMemory.vault())) {
            RecoveryFixture learner = new RecoveryFixture(sealed);
            sealed.checkpoint(MergePolicy.DEFAULT, MATH);
            long events = learner.namespace().eventHead();
            EngineFixture other = sealed; // the same parts under another vault
            other.restart(Orchestrator.builder(other.store, other.blobs, other.foundation)
                    .executor(Runnable::run, 1)
                    .keyVault(InMemory.vault()));

            assertThat(RecoveryFixture.onlyResult(learner.scrub()).unreadable())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("WRONG_KEY"));
            assertThat(sealed.store
                            .inTransaction(tx -> tx.find(ADA))
                            .orElseThrow()
                            .eventHead())
                    .isEqualTo(events);
        }
    }

    @Test
    @DisplayName("a read that meets damage is told, and the namespace falls back in the background")
    void read() throws InterruptedException {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        CountDownLatch done = new CountDownLatch(1);
        engine.restart(engine.builder().addListener(event -> {
            if (event instanceof LifecycleEvent.FallbackCompleted) {
                done.countDown();
            }
        }));
        engine.orchestrator().start();
        ada.damage(before);

        engine.orchestrator().checkpoints().verify(ADA, 1);

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ada.latest().checkpointHash()).isEqualTo(before.checkpointHash());
        assertThat(ada.latest().version()).isEqualTo(2);
        assertThat(engine.orchestrator().recovery().lastScrub(ADA).orElseThrow().verdict())
                .contains(Verdict.BIT_ROT);
    }

    @Test
    @DisplayName("an older version's damage is told; the newest checkpoint serves on")
    void older() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 4);
        CheckpointRow second = engine.merge();
        ada.damage(first);

        assertThat(outcome(ada.scrub())).isInstanceOf(FallbackOutcome.NotNeeded.class);
        assertThat(ada.latest()).isEqualTo(second);
        assertThat(ada.findings(ScrubLevel.L0)).hasSize(2).noneMatch(Finding::newest);

        FallbackOutcome.Recovered restored =
                recovered(engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Version(1)));
        assertThat(restored.checkpoint().checkpointHash()).isEqualTo(first.checkpointHash());
    }

    @Test
    @DisplayName("a fallback that is asked for and fails is tried again as the same one, and given up like any other")
    void askedAgain() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.blobs.onCommit(() -> {
            throw new CorruptDataException("the disk turns bits");
        });

        for (int failure = 1; failure <= 2; failure++) {
            int count = failure;
            assertThat(engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Newest()))
                    .isInstanceOfSatisfying(
                            FallbackOutcome.Failed.class,
                            failed -> assertThat(failed.failures())
                                    .as(failed.reason())
                                    .isEqualTo(count));
        }
        assertThat(engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Newest()))
                .isInstanceOf(FallbackOutcome.GivenUp.class);

        assertThat(ada.eventTypes()).containsOnlyOnce("FALLBACK_INITIATED");
        assertThat(ada.latest()).isEqualTo(before);
        engine.blobs.onCommit(() -> {});
        assertThat(recovered(engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Newest()))
                        .checkpoint()
                        .checkpointHash())
                .isEqualTo(before.checkpointHash());
    }

    /** Every blob that there is, in another store. */
    private BlobStore copyOf(NsUid owner) {
        FaultyBlobs copy = new FaultyBlobs(engine.storeTime);
        for (Sha256 name : List.copyOf(engine.blobs.committed())) {
            byte[] bytes = engine.blobs.bytes(owner, name);
            try (BlobWriter writer = copy.create(owner, bytes.length)) {
                writer.write(ByteBuffer.wrap(bytes));
                assertThat(writer.commit()).isEqualTo(name);
            }
        }
        return copy;
    }
}
