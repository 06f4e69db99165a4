/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static io.privatefm.core.recovery.RecoveryFixture.onlyResult;
import static io.privatefm.core.recovery.RecoveryFixture.outcome;
import static io.privatefm.core.recovery.RecoveryFixture.recovered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.Recovery;
import io.privatefm.core.model.Dtype;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A fallback")
class FallbackTest {
    private final EngineFixture engine = new EngineFixture();
    private final RecoveryFixture ada = new RecoveryFixture(engine);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("after damage takes over what is sound and computes the rest again, with the same content hash")
    void damagedVariant() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.blobs.damage(before.variants().get(0).blob(), RecoveryFixture::flipLast);

        ScrubReport.Result result = onlyResult(ada.scrub());

        FallbackOutcome.Recovered recovered = recovered(result.fallback().orElseThrow());
        assertThat(recovered.rung()).isEqualTo(Rung.OLDER_VERSION);
        assertThat(recovered.proven()).isEqualTo(2);
        CheckpointRow after = recovered.checkpoint();
        assertThat(after.version()).isEqualTo(2);
        assertThat(after.checkpointHash()).isEqualTo(before.checkpointHash());
        assertThat(after.variants().get(0).blob())
                .isNotEqualTo(before.variants().get(0).blob());
        assertThat(after.variants().get(1)).isEqualTo(before.variants().get(1));
        ada.assertSound(after);
        assertThat(ada.eventTypes())
                .endsWith("MERGE_COMPLETED", "FALLBACK_INITIATED", "MERGE_COMPLETED", "FALLBACK_COMPLETED");
        assertThat(ada.namespace().state()).isEqualTo(NamespaceState.ACTIVE);
        assertThat(engine.orchestrator().merges().runNight().merged())
                .as("nothing is left to merge")
                .isZero();
    }

    @Test
    @DisplayName("after damage of everything computes everything again, from the event log")
    void damagedWhole() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        for (Sha256 blob : RecoveryFixture.blobs(before)) {
            engine.blobs.damage(blob, RecoveryFixture::flipLast);
        }

        FallbackOutcome.Recovered recovered = recovered(outcome(ada.scrub()));

        assertThat(recovered.rung()).isEqualTo(Rung.REPLAY);
        assertThat(recovered.proven()).isEqualTo(2);
        assertThat(recovered.checkpoint().checkpointHash()).isEqualTo(before.checkpointHash());
        ada.assertSound(recovered.checkpoint());
    }

    @Test
    @DisplayName("replays what the damaged checkpoint was made from; what came later is merged by the next night")
    void laterAdapter() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 99);
        engine.blobs.damage(before.variants().get(0).blob(), RecoveryFixture::flipLast);

        FallbackOutcome.Recovered recovered = recovered(outcome(ada.scrub()));
        assertThat(recovered.checkpoint().checkpointHash()).isEqualTo(before.checkpointHash());

        engine.orchestrator().merges().runNight();
        CheckpointRow next = engine.orchestrator().checkpoints().latest(ADA).orElseThrow();
        assertThat(next.version()).isEqualTo(3);
        assertThat(next.checkpointHash()).isNotEqualTo(before.checkpointHash());
    }

    @Test
    @DisplayName("is not needed while the newest checkpoint is sound, and changes nothing then")
    void notNeeded() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        NamespaceRow before = ada.namespace();

        ScrubReport report = ada.scrub();

        assertThat(report.namespaces()).isEqualTo(1);
        assertThat(report.results()).isEmpty();
        assertThat(ada.namespace().withFoundationRelease("r1").eventHead()).isEqualTo(before.eventHead());
    }

    @Test
    @DisplayName("computes nothing else than was recorded: a foundation with other bytes halts it")
    void wrongFoundation() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.blobs.damage(before.variants().get(0).blob(), RecoveryFixture::flipLast);
        engine.foundation.put("r1", ModelFixture.tiny(2).files());

        ScrubReport.Result result = onlyResult(ada.scrub());

        assertThat(result.fallback())
                .get()
                .isInstanceOfSatisfying(
                        FallbackOutcome.Halted.class,
                        halted -> assertThat(halted.reason()).contains("FOUNDATION_WRONG"));
        assertThat(ada.namespace().checkpointVersion()).isEqualTo(1);
        assertThat(ada.namespace().state()).isEqualTo(NamespaceState.ACTIVE);

        engine.foundation.put("r1", ModelFixture.tiny(1).files());
        assertThat(recovered(outcome(ada.scrub())).checkpoint().checkpointHash())
                .isEqualTo(before.checkpointHash());
    }

    @Test
    @DisplayName("moves a namespace that is 4 releases behind to the newest; 3 are allowed")
    void lag() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        for (int release = 2; release <= 4; release++) {
            engine.foundation.put("r" + release, ModelFixture.tiny(release).files());
        }
        engine.orchestrator().merges().runNight();
        assertThat(ada.namespace().foundationRelease()).isEqualTo("r1");

        engine.foundation.put("r5", ModelFixture.tiny(5).files());
        engine.orchestrator().merges().runNight();

        CheckpointRow after = engine.orchestrator().checkpoints().latest(ADA).orElseThrow();
        assertThat(after.version()).isEqualTo(2);
        assertThat(after.foundationRelease()).isEqualTo("r5");
        assertThat(after.checkpointHash()).isNotEqualTo(before.checkpointHash());
        assertThat(ada.namespace().foundationRelease()).isEqualTo("r5");
        ada.assertSound(after);
        assertThat(engine.events.events(LifecycleEvent.FallbackCompleted.class))
                .singleElement()
                .extracting(LifecycleEvent.FallbackCompleted::rung, LifecycleEvent.FallbackCompleted::proven)
                .containsExactly(Rung.REPLAY, 0);
        assertThat(engine.events.events(LifecycleEvent.MergeProgressed.class))
                .containsExactly(
                        new LifecycleEvent.MergeProgressed(after.nsUid(), 1, 1, 1),
                        new LifecycleEvent.MergeProgressed(after.nsUid(), 2, 1, 1));
        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();
    }

    @Test
    @DisplayName("sets an adapter aside that does not fit the new release, and goes on with the others")
    void misfit() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.orchestrator()
                .adapters()
                .register(
                        ADA,
                        READING,
                        AdapterFixture.seeded(5, 2, 3)
                                .linear("model.layers.1.v_proj", 4, 8)
                                .files());
        engine.merge();
        for (int release = 2; release <= 5; release++) {
            engine.foundation.put("r" + release, withoutReadingLayer(release).files());
        }

        FallbackOutcome outcome = engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Newest());

        assertThat(outcome).isInstanceOfSatisfying(FallbackOutcome.Recovered.class, recovered -> {
            assertThat(recovered.setAside()).containsExactly(MATH, READING);
            assertThat(recovered.checkpoint().variants()).isEmpty();
        });
        assertThat(engine.events.events(LifecycleEvent.RetrainingRequested.class))
                .extracting(LifecycleEvent.RetrainingRequested::subject)
                .containsExactly(MATH, READING);
        engine.orchestrator()
                .adapters()
                .register(
                        ADA,
                        MATH,
                        AdapterFixture.seeded(6, 2, 3)
                                .linear("model.layers.0.q_proj", 8, 8)
                                .files());
        CheckpointRow next = engine.merge();
        assertThat(next.variants()).hasSize(1);
        assertThat(ada.adapters()).extracting(AdapterRow::setAside).containsExactly(false, true);
    }

    @Test
    @DisplayName("restores an earlier version, as a new one with the same content hash, and stays there")
    void restore() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 50);
        engine.merge();

        FallbackOutcome outcome =
                engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Version(first.version()));

        assertThat(outcome).isInstanceOfSatisfying(FallbackOutcome.Recovered.class, recovered -> {
            assertThat(recovered.checkpoint().version()).isEqualTo(3);
            assertThat(recovered.checkpoint().checkpointHash()).isEqualTo(first.checkpointHash());
            assertThat(recovered.proven()).isEqualTo(1);
        });
        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();
        assertThat(ada.adapters()).extracting(AdapterRow::revision).containsExactly(3);
        assertThatThrownBy(() -> engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Version(77)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has no version 77");
    }

    @Test
    @DisplayName("that is asked for computes on nothing else than was recorded either")
    void wrongFoundationOnRequest() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.foundation.put("r1", ModelFixture.tiny(2).files());
        engine.restart(engine.builder());
        Recovery recovery = engine.orchestrator().recovery();

        for (RestorePoint point : List.of(new RestorePoint.Newest(), new RestorePoint.Version(1))) {
            assertThat(recovery.fallback(ADA, point))
                    .isInstanceOfSatisfying(
                            FallbackOutcome.Halted.class,
                            halted -> assertThat(halted.reason()).contains("FOUNDATION_WRONG"));
        }
        assertThatThrownBy(() -> recovery.prove(ADA)).isInstanceOf(FoundationWrongException.class);
        assertThat(engine.orchestrator().checkpoints().latest(ADA)).contains(before);

        engine.foundation.put("r1", ModelFixture.tiny(1).files());
        engine.restart(engine.builder());
        assertThat(recovered(engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Newest()))
                        .checkpoint()
                        .checkpointHash())
                .isEqualTo(before.checkpointHash());
    }

    @Test
    @DisplayName("that is asked for gives up no variant that serves because an adapter's file is damaged")
    void damagedAdapterOnRequest() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.blobs.damage(ada.adapters().get(0).weightsBlob(), RecoveryFixture::flipLast);

        assertThat(engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Newest()))
                .isInstanceOfSatisfying(
                        FallbackOutcome.Halted.class,
                        halted -> assertThat(halted.reason()).contains("CORRUPT_DATA"));
        assertThat(engine.orchestrator().checkpoints().latest(ADA)).contains(before);
        assertThat(ada.namespace().state()).isEqualTo(NamespaceState.ACTIVE);
        assertThat(ada.adapters()).noneMatch(AdapterRow::setAside);
    }

    @Test
    @DisplayName("restores to a time: the newest checkpoint that there was then")
    void restoreToTime() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 50);
        CheckpointRow second = engine.merge();
        Recovery recovery = engine.orchestrator().recovery();

        assertThat(recovered(recovery.fallback(ADA, new RestorePoint.Time(first.createdAt())))
                        .checkpoint()
                        .checkpointHash())
                .isEqualTo(first.checkpointHash());
        assertThat(recovered(recovery.fallback(ADA, new RestorePoint.Time(second.createdAt())))
                        .checkpoint()
                        .checkpointHash())
                .isEqualTo(second.checkpointHash());
        assertThatThrownBy(() -> recovery.fallback(
                        ADA, new RestorePoint.Time(first.createdAt().minusSeconds(1))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no checkpoint yet");
    }

    private static ModelFixture withoutReadingLayer(long seed) {
        return ModelFixture.seeded(seed)
                .random("model.embed_tokens.weight", Dtype.BF16, 12, 8)
                .random("model.layers.0.q_proj.weight", Dtype.BF16, 8, 8)
                .random("lm_head.weight", Dtype.BF16, 12, 8)
                .file("config.json", ModelFixture.UNTIED_CONFIG);
    }
}
