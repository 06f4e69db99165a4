/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.model.Dtype;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.Rung;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A fallback")
class FallbackTest {
    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("after damage takes over what is sound and computes the rest again, with the same content hash")
    void damagedVariant() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.blobs.damage(before.variants().get(0).blob(), FallbackTest::flipLast);

        ScrubReport.Result result = onlyResult(scrub());

        FallbackOutcome.Recovered recovered = recovered(result);
        assertThat(recovered.rung()).isEqualTo(Rung.OLDER_VERSION);
        assertThat(recovered.proven()).isEqualTo(2);
        CheckpointRow after = recovered.checkpoint();
        assertThat(after.version()).isEqualTo(2);
        assertThat(after.checkpointHash()).isEqualTo(before.checkpointHash());
        assertThat(after.variants().get(0).blob())
                .isNotEqualTo(before.variants().get(0).blob());
        assertThat(after.variants().get(1)).isEqualTo(before.variants().get(1));
        assertSound(after);
        assertThat(eventTypes())
                .endsWith("MERGE_COMPLETED", "FALLBACK_INITIATED", "MERGE_COMPLETED", "FALLBACK_COMPLETED");
        assertThat(namespace().state()).isEqualTo(NamespaceState.ACTIVE);
        assertThat(engine.orchestrator().merges().runNight().merged())
                .as("nothing is left to merge")
                .isZero();
    }

    @Test
    @DisplayName("after damage of everything computes everything again, from the event log")
    void damagedWhole() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        for (Sha256 blob : blobs(before)) {
            engine.blobs.damage(blob, FallbackTest::flipLast);
        }

        FallbackOutcome.Recovered recovered = recovered(onlyResult(scrub()));

        assertThat(recovered.rung()).isEqualTo(Rung.REPLAY);
        assertThat(recovered.proven()).isEqualTo(2);
        assertThat(recovered.checkpoint().checkpointHash()).isEqualTo(before.checkpointHash());
        assertSound(recovered.checkpoint());
    }

    @Test
    @DisplayName("replays what the damaged checkpoint was made from; what came later is merged by the next night")
    void laterAdapter() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.register(MATH, 99);
        engine.blobs.damage(before.variants().get(0).blob(), FallbackTest::flipLast);

        FallbackOutcome.Recovered recovered = recovered(onlyResult(scrub()));
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
        NamespaceRow before = namespace();

        ScrubReport report = scrub();

        assertThat(report.namespaces()).isEqualTo(1);
        assertThat(report.results()).isEmpty();
        assertThat(namespace().withFoundationRelease("r1").eventHead()).isEqualTo(before.eventHead());
    }

    @Test
    @DisplayName("computes nothing else than was recorded: a foundation with other bytes halts it")
    void wrongFoundation() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.blobs.damage(before.variants().get(0).blob(), FallbackTest::flipLast);
        engine.foundation.put("r1", ModelFixture.tiny(2).files());

        ScrubReport.Result result = onlyResult(scrub());

        assertThat(result.fallback())
                .get()
                .isInstanceOfSatisfying(
                        FallbackOutcome.Halted.class,
                        halted -> assertThat(halted.reason()).contains("FOUNDATION_WRONG"));
        assertThat(namespace().checkpointVersion()).isEqualTo(1);
        assertThat(namespace().state()).isEqualTo(NamespaceState.ACTIVE);

        engine.foundation.put("r1", ModelFixture.tiny(1).files());
        assertThat(recovered(onlyResult(scrub())).checkpoint().checkpointHash()).isEqualTo(before.checkpointHash());
    }

    @Test
    @DisplayName("moves a namespace that is 4 releases behind to the newest; 3 are allowed")
    void lag() {
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        for (int release = 2; release <= 4; release++) {
            engine.foundation.put("r" + release, ModelFixture.tiny(release).files());
        }
        engine.orchestrator().merges().runNight();
        assertThat(namespace().foundationRelease()).isEqualTo("r1");

        engine.foundation.put("r5", ModelFixture.tiny(5).files());
        engine.orchestrator().merges().runNight();

        CheckpointRow after = engine.orchestrator().checkpoints().latest(ADA).orElseThrow();
        assertThat(after.version()).isEqualTo(2);
        assertThat(after.foundationRelease()).isEqualTo("r5");
        assertThat(after.checkpointHash()).isNotEqualTo(before.checkpointHash());
        assertThat(namespace().foundationRelease()).isEqualTo("r5");
        assertSound(after);
        assertThat(engine.events.events(LifecycleEvent.FallbackCompleted.class))
                .singleElement()
                .extracting(LifecycleEvent.FallbackCompleted::rung, LifecycleEvent.FallbackCompleted::proven)
                .containsExactly(Rung.REPLAY, 0);
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
        assertThat(adapters()).extracting(AdapterRow::setAside).containsExactly(false, true);
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
        assertThat(adapters()).extracting(AdapterRow::revision).containsExactly(3);
        assertThatThrownBy(() -> engine.orchestrator().recovery().fallback(ADA, new RestorePoint.Version(77)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has no version 77");
    }

    private ScrubReport scrub() {
        engine.storeTime.advance(Duration.ofSeconds(1));
        return engine.orchestrator().recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
    }

    private static ScrubReport.Result onlyResult(ScrubReport report) {
        assertThat(report.results()).hasSize(1);
        return report.results().get(0);
    }

    private static FallbackOutcome.Recovered recovered(ScrubReport.Result result) {
        assertThat(result.fallback()).as("%s", result).get().isInstanceOf(FallbackOutcome.Recovered.class);
        return (FallbackOutcome.Recovered) result.fallback().orElseThrow();
    }

    private void assertSound(CheckpointRow row) {
        Orchestrator pfm = engine.orchestrator();
        assertThat(pfm.checkpoints().verify(ADA, row.version()))
                .isEqualTo(new Verification.Intact(row.checkpointHash()));
    }

    private NamespaceRow namespace() {
        return engine.orchestrator().namespaces().get(ADA);
    }

    private List<AdapterRow> adapters() {
        return engine.orchestrator().adapters().current(ADA);
    }

    private List<String> eventTypes() {
        return engine.orchestrator().namespaces().events(ADA, 1, 100).stream()
                .map(EventRow::type)
                .toList();
    }

    private static Set<Sha256> blobs(CheckpointRow row) {
        Set<Sha256> blobs = new TreeSet<>();
        Stream.concat(Stream.of(row.manifestBlob()), row.variants().stream().map(variant -> variant.blob()))
                .forEach(blobs::add);
        return blobs;
    }

    private static ModelFixture withoutReadingLayer(long seed) {
        return ModelFixture.seeded(seed)
                .random("model.embed_tokens.weight", Dtype.BF16, 12, 8)
                .random("model.layers.0.q_proj.weight", Dtype.BF16, 8, 8)
                .random("lm_head.weight", Dtype.BF16, 12, 8)
                .file("config.json", ModelFixture.UNTIED_CONFIG);
    }

    private static byte[] flipLast(byte[] bytes) {
        byte[] flipped = bytes.clone();
        flipped[flipped.length - 1] ^= 1;
        return flipped;
    }
}
