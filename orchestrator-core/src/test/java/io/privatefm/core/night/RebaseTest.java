/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.model.Dtype;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A new foundation release within the lag")
class RebaseTest {
    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("moves a namespace with the next night, if it follows the latest")
    void followLatest() {
        engine.restart(engine.builder().rebase(new RebasePolicy.FollowLatest()));
        CheckpointRow before = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.foundation.put("r2", ModelFixture.tiny(2).files());

        assertThat(engine.orchestrator().merges().runNight().merged()).isEqualTo(1);

        CheckpointRow after = engine.orchestrator().checkpoints().latest(ADA).orElseThrow();
        assertThat(after.foundationRelease()).isEqualTo("r2");
        assertThat(after.checkpointHash()).isNotEqualTo(before.checkpointHash());
        assertThat(namespace().foundationRelease()).isEqualTo("r2");
        assertThat(types()).doesNotContain("FALLBACK_INITIATED");
        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();
    }

    @Test
    @DisplayName("leaves a pinned namespace where it is")
    void pinned() {
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.foundation.put("r2", ModelFixture.tiny(2).files());

        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();
        engine.register(MATH, 8);
        assertThat(engine.merge().foundationRelease()).isEqualTo("r1");
    }

    @Test
    @DisplayName(
            "that an adapter does not fit leaves the whole namespace where it is, once asks for training, and merges on")
    void misfit() {
        engine.restart(engine.builder().rebase(new RebasePolicy.FollowLatest()));
        engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.foundation.put("r2", oneLayer(2).files());
        engine.register(MATH, 8);

        assertThat(engine.orchestrator().merges().runNight().merged()).isEqualTo(1);
        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();
        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();

        assertThat(namespace().foundationRelease()).isEqualTo("r1");
        assertThat(types()).containsOnlyOnce("REBASE_DEFERRED").doesNotContain("ADAPTER_SET_ASIDE");
        assertThat(engine.events.events(LifecycleEvent.RetrainingRequested.class))
                .extracting(LifecycleEvent.RetrainingRequested::subject)
                .containsExactly(MATH, READING);
    }

    @Test
    @DisplayName("moves the namespace as soon as all adapters fit")
    void retrained() {
        engine.restart(engine.builder().rebase(new RebasePolicy.FollowLatest()));
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.foundation.put("r2", oneLayer(2).files());
        engine.orchestrator().merges().runNight();

        engine.orchestrator()
                .adapters()
                .register(
                        ADA,
                        MATH,
                        AdapterFixture.seeded(9, 2, 3)
                                .linear("model.layers.0.q_proj", 8, 8)
                                .files());
        engine.orchestrator().merges().runNight();

        assertThat(namespace().foundationRelease()).isEqualTo("r2");
    }

    @Test
    @DisplayName("whose bytes are wrong moves nobody; merging goes on where they are")
    void wrongBytes() {
        engine.restart(engine.builder().rebase(new RebasePolicy.FollowLatest()));
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        engine.foundation.put("r2", ModelFixture.tiny(2).files()).promise("r2", new Sha256(1, 1, 1, 1));
        engine.register(MATH, 8);

        assertThat(engine.orchestrator().merges().runNight().merged()).isEqualTo(1);

        assertThat(namespace().foundationRelease()).isEqualTo("r1");
        engine.foundation.promise("r2", null);
        engine.orchestrator().merges().runNight();
        assertThat(namespace().foundationRelease()).isEqualTo("r2");
    }

    @Test
    @DisplayName("moves a namespace without adapters too, so that its first adapter is checked against it")
    void empty() {
        engine.restart(engine.builder().rebase(new RebasePolicy.FollowLatest()));
        engine.provision(MATH);
        engine.foundation.put("r2", ModelFixture.tiny(2).files());

        engine.orchestrator().merges().runNight();

        assertThat(namespace().foundationRelease()).isEqualTo("r2");
        assertThat(engine.orchestrator().merges().runNight().merged()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10, 30, 50, 99, 100})
    @DisplayName("moves some of the namespaces each night, others the next, and all of them in the end")
    void staged(int percent) {
        List<NamespaceRow> rows = rows(1_000);
        List<FoundationRelease> releases = List.of(
                new FoundationRelease(1, "r1", Optional.empty()), new FoundationRelease(2, "r2", Optional.empty()));
        List<NamespaceRow> left = new ArrayList<>(rows);
        int nights = (100 + percent - 1) / percent;
        for (long night = 20_000; night < 20_000 + nights; night++) {
            Rebase rebase = new Rebase(new RebasePolicy.Staged(percent), 3, releases, night);
            long moving =
                    rows.stream().filter(row -> rebase.target(row).equals("r2")).count();
            assertThat(moving).as("night %s", night).isBetween(1L, Math.min(1_000L, percent * 15L + 10));
            left.removeIf(row -> rebase.target(row).equals("r2"));
        }
        assertThat(left).isEmpty();
    }

    @Test
    @DisplayName("is left to the fallback when it is beyond the lag")
    void beyond() {
        List<FoundationRelease> releases = IntStream.rangeClosed(1, 5)
                .mapToObj(ordinal -> new FoundationRelease(ordinal, "r" + ordinal, Optional.empty()))
                .toList();
        NamespaceRow row = rows(1).get(0);

        assertThat(new Rebase(new RebasePolicy.FollowLatest(), 3, releases, 1).target(row))
                .isEqualTo("r1");
        assertThat(new Rebase(new RebasePolicy.FollowLatest(), 4, releases, 1).target(row))
                .isEqualTo("r5");
        assertThat(new Rebase(new RebasePolicy.FollowLatest(), 3, releases.subList(1, 5), 1).target(row))
                .as("a release that is gone")
                .isEqualTo("r1");
    }

    private static List<NamespaceRow> rows(int count) {
        SplittableRandom random = new SplittableRandom(11);
        return IntStream.range(0, count)
                .mapToObj(number -> NamespaceRow.first(
                        LearnerId.of("learner-" + number),
                        new NsUid(String.format("%016x%016x", random.nextLong(), random.nextLong())),
                        List.of(MATH),
                        "r1",
                        "{}"))
                .toList();
    }

    private static ModelFixture oneLayer(long seed) {
        return ModelFixture.seeded(seed)
                .random("model.embed_tokens.weight", Dtype.BF16, 12, 8)
                .random("model.layers.0.q_proj.weight", Dtype.BF16, 8, 8)
                .random("lm_head.weight", Dtype.BF16, 12, 8)
                .file("config.json", ModelFixture.UNTIED_CONFIG);
    }

    private NamespaceRow namespace() {
        return engine.orchestrator().namespaces().get(ADA);
    }

    private List<String> types() {
        return engine.orchestrator().namespaces().events(ADA, 1, 100).stream()
                .map(EventRow::type)
                .toList();
    }
}
