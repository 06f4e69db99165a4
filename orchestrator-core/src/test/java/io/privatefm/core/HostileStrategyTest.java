/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.HostileStrategy.Deed;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A hostile merge strategy")
class HostileStrategyTest {
    private static final LearnerId BEN = LearnerId.of("ben");
    private static final LearnerId CLEO = LearnerId.of("cleo");
    private static final Map<Subject, Float> WEIGHTS = Map.of(MATH, 1f, READING, 0.5f);
    private static final MergePolicy HONEST =
            MergePolicy.DEFAULT.withCombined(List.of(CombinedVariant.weightedSum("both", WEIGHTS)));
    private static final MergePolicy HOSTILE = MergePolicy.DEFAULT.withCombined(
            List.of(new CombinedVariant("both", new TreeMap<>(WEIGHTS), HostileStrategy.ID)));

    /** What an engine gives that has only honest strategies: written down once, so that nothing moves it unseen. */
    private static final String GOLDEN = "928b765bce117b27422cd1a83cf481addaa379de466005cc431c63b361031436";

    @TempDir
    private Path folder;

    private final EngineFixture engine = new EngineFixture();
    private final InMemoryModelFiles foundation = ModelFixture.tiny(1).files();

    @BeforeEach
    void begin() throws IOException {
        HostileStrategy.SEEN.clear();
        HostileStrategy.stop = false;
        engine.foundation.put("r1", foundation);
        HostileStrategy.plugged(folder, () -> engine.restart(engine.builder().tileElements(5)));
    }

    @AfterEach
    void end() throws InterruptedException {
        HostileStrategy.stop = true;
        for (Thread thread : HostileStrategy.THREADS) {
            thread.join();
        }
        HostileStrategy.THREADS.clear();
        engine.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "changes nothing but its own variant, which is refused or recorded as it was computed, whatever it does:")
    void contained(Deed deed) {
        HostileStrategy.deed = deed;
        byte[] before = bytes(foundation);
        provision(ADA, HOSTILE, 1);
        provision(BEN, MergePolicy.DEFAULT, 10);

        NightReport night = engine.orchestrator().merges().runNight();

        assertThat(night.results()).hasSize(2);
        assertThat(night.results().get(1).outcome()).isInstanceOf(MergeOutcome.Merged.class);
        MergeOutcome outcome = night.results().get(0).outcome();
        if (outcome instanceof MergeOutcome.Merged merged) {
            assertThat(engine.orchestrator().checkpoints().verify(ADA, 1)).isInstanceOf(Verification.Intact.class);
            assertThat(hashes(merged.checkpoint()).get("math")).isEqualTo(alone(1).get("math"));
            assertThat(hashes(merged.checkpoint()).get("reading")).isEqualTo(alone(1).get("reading"));
        } else {
            String reason = ((MergeOutcome.Rejected) outcome).reason();
            assertThat(reason).doesNotContain("secret");
            assertThat(reason).containsAnyOf("merge strategy 'hostile' failed ", "the merged value of element ");
            assertThat(engine.orchestrator().checkpoints().latest(ADA)).isEmpty();
        }
        assertThat(hashes(engine.orchestrator().checkpoints().latest(BEN).orElseThrow()))
                .as("Ben's variants, as of an engine that never saw it")
                .isEqualTo(separately(10));

        provision(CLEO, HONEST, 1);
        MergeOutcome honest = engine.orchestrator().merges().mergeNow(CLEO);

        assertThat(hashes(((MergeOutcome.Merged) honest).checkpoint())).isEqualTo(alone(1));
        assertThat(bytes(foundation)).isEqualTo(before);
    }

    @Test
    @DisplayName("left nothing behind: a later merge with an honest one gives the golden hash")
    void golden() {
        for (Deed deed : Deed.values()) {
            HostileStrategy.deed = deed;
            provision(LearnerId.of(deed.name()), HOSTILE, 1);
            engine.orchestrator().merges().runNight();
        }
        provision(CLEO, HONEST, 1);
        MergeOutcome honest = engine.orchestrator().merges().mergeNow(CLEO);

        assertThat(hashes(((MergeOutcome.Merged) honest).checkpoint())
                        .get("both")
                        .hex())
                .isEqualTo(GOLDEN);
    }

    @Test
    @DisplayName("finds nothing of another learner in what it is given")
    void sees() {
        HostileStrategy.deed = Deed.CHANGES_ITS_MIND;
        provision(BEN, HOSTILE, 10);
        engine.orchestrator().merges().mergeNow(BEN);
        Set<Float> ofBen = new HashSet<>(HostileStrategy.SEEN);
        HostileStrategy.SEEN.clear();
        provision(ADA, HOSTILE, 1);
        engine.orchestrator().merges().mergeNow(ADA);

        Set<Float> both = new HashSet<>(HostileStrategy.SEEN);
        both.retainAll(ofBen);
        both.removeIf(value -> value == Math.rint(value)); // untouched scratch, and its own results
        assertThat(ofBen).hasSizeGreaterThan(100);
        assertThat(both).isEmpty();
    }

    private void provision(LearnerId learner, MergePolicy policy, long seed) {
        provision(engine, learner, policy, seed);
    }

    private static void provision(EngineFixture in, LearnerId learner, MergePolicy policy, long seed) {
        in.orchestrator().namespaces().provision(learner, List.of(MATH, READING), policy);
        in.orchestrator()
                .adapters()
                .register(learner, MATH, AdapterFixture.tiny(seed).files());
        in.orchestrator()
                .adapters()
                .register(learner, READING, AdapterFixture.tiny(seed + 1).files());
    }

    /** The variants of an engine that has only honest strategies. */
    private static Map<String, Sha256> alone(long seed) {
        return honestly(HONEST, seed);
    }

    private static Map<String, Sha256> separately(long seed) {
        return honestly(MergePolicy.DEFAULT, seed);
    }

    private static Map<String, Sha256> honestly(MergePolicy policy, long seed) {
        try (EngineFixture honest = new EngineFixture()) {
            provision(honest, CLEO, policy, seed);
            return hashes(((MergeOutcome.Merged) honest.orchestrator().merges().mergeNow(CLEO)).checkpoint());
        }
    }

    private static Map<String, Sha256> hashes(CheckpointRow row) {
        Map<String, Sha256> hashes = new TreeMap<>();
        for (VariantRow variant : row.variants()) {
            hashes.put(variant.name(), variant.contentHash());
        }
        return hashes;
    }

    private static byte[] bytes(InMemoryModelFiles files) {
        try (RangedFile file = files.open("model.safetensors")) {
            byte[] bytes = new byte[(int) file.size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }
}
