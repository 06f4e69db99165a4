/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.ReferenceMerge;
import io.privatefm.testkit.StoredTensor;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kinds of merge-semantics section 1 and the properties of 6.2, against the oracle of the testkit. */
@DisplayName("Every kind of adapter")
class AdapterKindsTest {
    private static final long SEED = 7_042_026;
    /** Alpha 8 over rank 4. */
    private static final double SCALE = 2;

    private static final String Q0 = "model.layers.0.self_attn.q_proj";
    private static final String Q1 = "model.layers.1.self_attn.q_proj";
    private static final String V0 = "model.layers.0.self_attn.v_proj";
    private static final String V1 = "model.layers.1.self_attn.v_proj";
    private static final String O0 = "model.layers.0.self_attn.o_proj";
    private static final String O1 = "model.layers.1.self_attn.o_proj";

    @TempDir
    Path dir;

    private Workbench bench;

    @BeforeEach
    void bench(TestReporter reporter) {
        bench = new Workbench(dir);
        reporter.publishEntry("seed", Long.toString(SEED));
    }

    private static TinyModel llama(FloatType type) {
        return TinyModels.llama(SEED, type, false);
    }

    private static String[] weights(String... modules) {
        return List.of(modules).stream().map(module -> module + ".weight").toArray(String[]::new);
    }

    @Nested
    @DisplayName("on linear layers:")
    class Linear {
        @ParameterizedTest(name = "{0} factors on {1}")
        @CsvSource({"F32,F32", "F32,F16", "F32,BF16", "BF16,F32", "BF16,F16", "BF16,BF16", "F16,F32", "F16,BF16"})
        @DisplayName("plain LoRA:")
        void plain(FloatType factors, FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED).type(factors).target("q_proj", "o_proj");

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(Q0, Q1, O0, O1));

            Oracle.check(merged, model, adapter, SCALE);
            assertThat(Oracle.reference(model, adapter, Q0, SCALE).determinedShare())
                    .isGreaterThanOrEqualTo(base == FloatType.F32 ? 0 : 0.95);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("--rounding safe rounds the update first, as safe_merge does:")
        void safe(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj");

            Workbench.Merged merged = bench.merge(model, adapter, "--rounding", "safe");

            Oracle.reference(model, adapter, Q0, SCALE).safe().check(Q0, merged.tensor(Q0 + ".weight"));
            boolean same = merged.hash().equals(bench.merge(model, adapter).hash());
            assertThat(same).as("same as with one rounding").isEqualTo(base == FloatType.F32);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("rank-stabilised LoRA scales with the root of the rank:")
        void rankStabilised(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .rank(3, 5.5)
                    .set("use_rslora", true)
                    .target("q_proj");

            Oracle.check(bench.merge(model, adapter), model, adapter, 5.5 / Math.sqrt(3));
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(doubles = {1, 7, 0.1, 16, -4, 0})
        @DisplayName("alpha may be anything finite:")
        void alpha(double alpha) {
            TinyModel model = llama(FloatType.F32);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED).rank(3, alpha).target("q_proj");

            Oracle.check(bench.merge(model, adapter), model, adapter, alpha / 3);
        }

        @ParameterizedTest(name = "rank {0}")
        @ValueSource(ints = {1, 2, 5, 16, 33})
        @DisplayName("any rank, also above the layer's own:")
        void rank(int rank) {
            TinyModel model = llama(FloatType.BF16);
            TinyAdapter adapter =
                    TinyAdapters.empty(model, SEED).rank(rank, rank).target("q_proj", "down_proj");

            Oracle.check(bench.merge(model, adapter), model, adapter, 1);
        }

        @Test
        @DisplayName("r and lora_alpha are 8 where the file does not say")
        void defaults() {
            TinyModel model = llama(FloatType.F32);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .rank(8, 1)
                    .target("q_proj")
                    .unset("r")
                    .unset("lora_alpha");

            Oracle.check(bench.merge(model, adapter), model, adapter, 1);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("values that travel along as base_layer replace the foundation's before the update:")
        void baseLayer(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj").baseWeight(Q0);

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(Q0, Q1));

            Oracle.check(merged, model, adapter, SCALE);
        }
    }

    @Nested
    @DisplayName("with patterns:")
    class Patterns {
        private final TinyModel model = llama(FloatType.F32);

        private TinyAdapter adapter(Map<String, Integer> ranks, int rankOfFirst, int rankOfSecond) {
            return TinyAdapters.empty(model, SEED)
                    .set("target_modules", List.of("q_proj"))
                    .set("rank_pattern", ranks)
                    .factors(Q0, rankOfFirst)
                    .factors(Q1, rankOfSecond);
        }

        private static <V> Map<String, V> ordered(String firstKey, V first, String secondKey, V second) {
            Map<String, V> map = new LinkedHashMap<>();
            map.put(firstKey, first);
            map.put(secondKey, second);
            return map;
        }

        @Test
        @DisplayName("the first rank that matches in the order of the file wins")
        void firstHitWins() {
            TinyAdapter narrowFirst = adapter(ordered("layers.0.self_attn.q_proj", 2, "q_proj", 6), 2, 6);
            Workbench.Merged merged = bench.merge(model, narrowFirst);
            Oracle.check(merged, model, narrowFirst, Q0, 8.0 / 2);
            Oracle.check(merged, model, narrowFirst, Q1, 8.0 / 6);

            TinyAdapter wideFirst = adapter(ordered("q_proj", 6, "layers.0.self_attn.q_proj", 2), 6, 6);
            Oracle.check(bench.merge(model, wideFirst), model, wideFirst, 8.0 / 6);
            bench.refuse(
                    model,
                    adapter(ordered("q_proj", 6, "layers.0.self_attn.q_proj", 2), 2, 6),
                    Q0,
                    "configured rank 6");
        }

        @Test
        @DisplayName("the first alpha that matches in the order of the file wins")
        void firstAlphaWins() {
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj")
                    .set("alpha_pattern", ordered("layers.1.self_attn.q_proj", 3, "q_proj", 20.5));
            Workbench.Merged merged = bench.merge(model, adapter);
            Oracle.check(merged, model, adapter, Q0, 20.5 / 4);
            Oracle.check(merged, model, adapter, Q1, 3.0 / 4);

            adapter.set("alpha_pattern", ordered("q_proj", 20.5, "layers.1.self_attn.q_proj", 3));
            Oracle.check(bench.merge(model, adapter), model, adapter, 20.5 / 4);
        }

        @Test
        @DisplayName("ranks and alphas combine with rank stabilisation")
        void rankStabilised() {
            TinyAdapter adapter = adapter(Map.of("layers.0.self_attn.q_proj", 2), 2, 4)
                    .set("alpha_pattern", Map.of("layers.1.*", 3))
                    .set("use_rslora", true);

            Workbench.Merged merged = bench.merge(model, adapter);

            Oracle.check(merged, model, adapter, Q0, 8 / Math.sqrt(2));
            Oracle.check(merged, model, adapter, Q1, 3 / Math.sqrt(4));
        }

        @ParameterizedTest(name = "{0} -> {1}")
        @CsvSource({
            "q_proj, 2",
            "self_attn.q_proj, 2",
            "model.layers.0.self_attn.q_proj, 2",
            "^model.layers.0.self_attn.q_proj, 2",
            "^self_attn.q_proj, 4",
            "proj, 4",
            "_proj, 4",
            "q_pro, 4",
            ".*0.*, 2",
            "layers\\.\\d\\.self_attn\\.[qk]_proj, 2",
            "model|self_attn.q_proj, 2",
            "q_proj|nothing, 2",
            "attn.q_proj, 4",
        })
        @DisplayName("a key is a whole run of components from somewhere to the end, ^ ties it to the start:")
        void keys(String key, int rank) {
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .set("target_modules", List.of(Q0))
                    .set("rank_pattern", Map.of(key, 2))
                    .factors(Q0, rank);

            Oracle.check(bench.merge(model, adapter), model, adapter, 8.0 / rank);
        }

        @Test
        @DisplayName("two files that differ in the order of the keys only are different adapters")
        void orderMatters() {
            TinyAdapter one = TinyAdapters.plain(model, SEED, "q_proj")
                    .set("alpha_pattern", ordered("q_proj", 3, "layers.0.self_attn.q_proj", 5));
            TinyAdapter other = TinyAdapters.plain(model, SEED, "q_proj")
                    .set("alpha_pattern", ordered("layers.0.self_attn.q_proj", 5, "q_proj", 3));

            assertThat(bench.merge(model, one).hash())
                    .isNotEqualTo(bench.merge(model, other).hash());
        }
    }

    @Nested
    @DisplayName("by its targets:")
    class Targets {
        private final TinyModel model = llama(FloatType.F32);

        private TinyAdapter on(String... modules) {
            TinyAdapter adapter = TinyAdapters.empty(model, SEED);
            return adapter.factors(List.of(modules));
        }

        private void assertMerges(TinyAdapter adapter, String... modules) {
            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(modules));
            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("a name alone is a suffix of whole components")
        void suffix() {
            assertMerges(on(Q0, Q1).set("target_modules", List.of("self_attn.q_proj")), Q0, Q1);
            bench.refuse(model, on(Q0, Q1).set("target_modules", List.of("_proj")), Q0);
        }

        @Test
        @DisplayName("a text is a regular expression for the whole name")
        void regex() {
            String regex = ".*\\.[01]\\.self_attn\\.(q|v)_proj";
            assertMerges(TinyAdapters.empty(model, SEED).targetRegex(regex), Q0, Q1, V0, V1);
            bench.refuse(model, on(Q0).set("target_modules", "q_proj"), Q0);
            assertMerges(on(Q0).set("target_modules", "^model\\.layers\\.(?P<n>0)\\.self_attn\\.q_proj$"), Q0);
            assertMerges(on(Q0).set("target_modules", "(?!.*layers\\.1).*q_proj"), Q0);
        }

        @ParameterizedTest(name = "{index}")
        @ValueSource(
                strings = {
                    // Unsloth
                    "(?:.*?(?:language|text).*?(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense).*?(?:k_proj|v_proj)"
                            + ".*?)|(?:\\bmodel\\.layers\\.[\\d]{1,}\\.(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense)"
                            + "\\.(?:(?:q_proj|v_proj)))",
                    // ms-swift
                    "^(model.layers(?=\\.).*\\.(q_proj|v_proj))$",
                    // a look-ahead that keeps other towers out
                    "^(?!.*(vision_tower|visual|lm_head)).*\\.(q_proj|v_proj)$",
                    // one name after the other
                    "^model\\.layers\\.0\\.self_attn\\.q_proj$|^model\\.layers\\.0\\.self_attn\\.v_proj$"
                            + "|^model\\.layers\\.1\\.self_attn\\.q_proj$|^model\\.layers\\.1\\.self_attn\\.v_proj$"
                            + "|^model\\.layers\\.2\\.self_attn\\.q_proj$|^model\\.layers\\.2\\.self_attn\\.v_proj$",
                    "[^.]+\\.[^.]+\\.([^.])\\.([^.]+)\\.([^.]+[qv])_([^.]+)|model\\.([^.]+\\.)*[qv]([^.]*)([^.]*)[^.]*j",
                })
        @DisplayName("regular expressions as tools write them:")
        void toolRegexes(String regex) {
            assertMerges(TinyAdapters.empty(model, SEED).targetRegex(regex), Q0, Q1, V0, V1);
        }

        @Test
        @DisplayName("excluded modules are not targeted, by list or by regular expression")
        void excluded() {
            TinyAdapter adapter = on(Q1, V0, V1).set("target_modules", List.of("q_proj", "v_proj"));
            assertMerges(adapter.set("exclude_modules", List.of("layers.0.self_attn.q_proj")), Q1, V0, V1);
            assertMerges(adapter.set("exclude_modules", ".*\\.0\\..*q_proj"), Q1, V0, V1);
            bench.refuse(model, adapter.set("exclude_modules", List.of("v_proj")), V0);
            bench.refuse(model, adapter.set("exclude_modules", null), Q0);
        }

        @Test
        @DisplayName("all-linear and PEFT's own tables leave the choice to the file")
        void unsaid() {
            assertMerges(on(Q0, V1).set("target_modules", "all-linear"), Q0, V1);
            assertMerges(on(Q0, V1).set("target_modules", null), Q0, V1);
        }

        @ParameterizedTest(name = "layers_pattern {0}")
        @MethodSource("io.privatefm.server.cli.AdapterKindsTest#layerPatterns")
        @DisplayName("layers_to_transform keeps some layers:")
        void layers(Object pattern) {
            TinyAdapter adapter =
                    TinyAdapters.layers(model, SEED, List.of(1), "q_proj").set("layers_pattern", pattern);

            assertMerges(adapter, Q1);
        }

        @Test
        @DisplayName("layers_to_transform may be one number, and applies to no module that is named in full")
        void layersEdges() {
            assertMerges(TinyAdapters.layers(model, SEED, List.of(1), "q_proj").set("layers_to_transform", 1), Q1);
            assertMerges(
                    on(Q0, V1).set("target_modules", List.of(Q0, "v_proj")).set("layers_to_transform", List.of(1)),
                    Q0,
                    V1);
            bench.refuse(
                    model,
                    TinyAdapters.layers(model, SEED, List.of(1), "q_proj").set("layers_to_transform", List.of(0)),
                    "q_proj");
            bench.refuse(
                    model,
                    TinyAdapters.layers(model, SEED, List.of(1), "q_proj").set("layers_pattern", "h"),
                    Q1);
        }

        @Test
        @DisplayName("a module that is saved whole is no target")
        void savedModules() {
            TinyAdapter adapter = on(Q0, Q1, V0, V1)
                    .set("target_modules", ".*(q_proj|v_proj|lm_head)")
                    .set("modules_to_save", List.of("lm_head"))
                    .whole("lm_head.weight", 48, 24);

            Workbench.Merged merged =
                    bench.merge(model, adapter).assertChanged(model, weights(Q0, Q1, V0, V1, "lm_head"));

            assertThat(merged.tensor("lm_head.weight")).isEqualTo(adapter.tensor("base_model.model.lm_head.weight"));
        }
    }

    static List<Object> layerPatterns() {
        List<Object> patterns =
                new ArrayList<>(List.of("layers", List.of("layers"), List.of("h", "layers"), List.of(), ""));
        patterns.add(null);
        return patterns;
    }

    @Nested
    @DisplayName("on embeddings and convolutions:")
    class OtherLayers {
        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("an embedding's update is rounded before the sum in both modes:")
        void embedding(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "embed_tokens", "q_proj");

            Workbench.Merged merged =
                    bench.merge(model, adapter).assertChanged(model, weights("model.embed_tokens", Q0, Q1));
            Oracle.check(merged, model, adapter, SCALE);

            ReferenceMerge reference = Oracle.reference(model, adapter, "model.embed_tokens", SCALE);
            assertThat(reference.determinedShare()).isGreaterThanOrEqualTo(base == FloatType.F32 ? 0 : 0.95);

            Workbench.Merged safe = bench.merge(model, adapter, "--rounding", "safe");
            assertThat(safe.tensor("model.embed_tokens.weight")).isEqualTo(merged.tensor("model.embed_tokens.weight"));
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("convolutions of 1, 2 and 3 dimensions, a 1x1 one among them:")
        void convolutions(FloatType base) {
            TinyModel model = TinyModels.convNet(SEED, base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "c1", "c2", "c2p", "c3", "fc");

            Workbench.Merged merged =
                    bench.merge(model, adapter).assertChanged(model, weights("c1", "c2", "c2p", "c3", "fc"));

            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("a grouped convolution does not fit")
        void groups() {
            TinyModel model = TinyModels.convNet(SEED, FloatType.F32);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "c2");
            // two groups of three channels: the weight is (10, 3, 3, 3), the factors are as for six channels
            StoredTensor grouped = StoredTensor.of(FloatType.F32, new long[] {10, 3, 3, 3}, new float[270]);

            bench.refuse(model.withTensor("c2.weight", grouped), adapter, "c2");
        }
    }

    @Nested
    @DisplayName("with DoRA:")
    class Dora {
        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("linear layers, whatever the rounding:")
        void linear(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.dora(model, SEED, "q_proj", "v_proj", "down_proj");

            Workbench.Merged merged = bench.merge(model, adapter);

            Oracle.check(merged, model, adapter, SCALE);
            assertThat(bench.merge(model, adapter, "--rounding", "safe").hash()).isEqualTo(merged.hash());
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("Conv1D weights have their norms by column:")
        void transposed(FloatType base) {
            TinyModel model = TinyModels.gpt2(SEED, base);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .prefix("transformer.")
                    .target("c_attn", "attn.c_proj")
                    .dora();

            Oracle.check(bench.merge(model, adapter), model, adapter, SCALE);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("embeddings have their norms over the vocabulary:")
        void embedding(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.dora(model, SEED, "embed_tokens");

            Oracle.check(bench.merge(model, adapter), model, adapter, SCALE);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("convolutions have one norm for each filter:")
        void convolution(FloatType base) {
            TinyModel model = TinyModels.convNet(SEED, base);
            TinyAdapter adapter = TinyAdapters.dora(model, SEED, "c1", "c2", "c2p", "c3");

            Oracle.check(bench.merge(model, adapter), model, adapter, SCALE);
        }

        @Test
        @DisplayName("the magnitude's older name is read too")
        void olderName() {
            TinyModel model = llama(FloatType.BF16);
            TinyAdapter adapter = TinyAdapters.dora(model, SEED, "q_proj");
            String hash = bench.merge(model, adapter).hash();
            for (String key : adapter.keys()) {
                if (key.endsWith(".lora_magnitude_vector")) {
                    adapter.rename(key, key + ".weight");
                }
            }

            assertThat(bench.merge(model, adapter).hash()).isEqualTo(hash);
        }

        @Test
        @DisplayName("magnitudes of the updated norms make it plain LoRA, nearly")
        void plainAgain() {
            TinyModel model = llama(FloatType.F32);
            TinyAdapter plain = TinyAdapters.plain(model, SEED, "q_proj");
            Workbench.Merged expected = bench.merge(model, plain);
            TinyAdapter dora = TinyAdapters.plain(model, SEED, "q_proj").set("use_dora", true);
            for (String module : List.of(Q0, Q1)) {
                float[] values = expected.tensor(module + ".weight").values();
                float[] norms = new float[24];
                for (int i = 0; i < norms.length; i++) {
                    double squares = 0;
                    for (int j = 0; j < 24; j++) {
                        squares += (double) values[24 * i + j] * values[24 * i + j];
                    }
                    norms[i] = (float) Math.sqrt(squares);
                }
                dora.magnitude(module, norms);
            }

            float[] got = bench.merge(model, dora).tensor(Q0 + ".weight").values();

            float[] want = expected.tensor(Q0 + ".weight").values();
            for (int i = 0; i < want.length; i++) {
                assertThat((double) got[i]).isCloseTo(want[i], org.assertj.core.data.Offset.offset(4e-7));
            }
        }

        @Test
        @DisplayName("it combines with no other adapter of the same tensor and takes no weight")
        void alone() {
            TinyModel model = llama(FloatType.F32);
            Path base = bench.write(model);
            Path dora = bench.write(TinyAdapters.dora(model, SEED, "q_proj"));
            Path other = bench.write(TinyAdapters.plain(model, SEED, "q_proj"));

            bench.refuse(base, List.of(dora, other), List.of(), Q0, "DoRA");
            bench.refuse(base, List.of(dora), List.of("--weight", "0.5"), Q0, "DoRA");
            bench.refuse(base, List.of(dora), List.of("--sequence", "--weight", "0.5"), Q0, "DoRA");
        }
    }

    @Nested
    @DisplayName("with biases:")
    class Biases {
        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("lora_bias adds its scaled vector:")
        void loraBias(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj").loraBias();

            Workbench.Merged merged = bench.merge(model, adapter)
                    .assertChanged(model, Q0 + ".weight", Q0 + ".bias", Q1 + ".weight", Q1 + ".bias");

            Oracle.check(merged, model, adapter, SCALE);
            ReferenceMerge.onto(model.tensor(Q0 + ".bias"))
                    .shift(adapter.part(Q0, ".lora_B.bias"), SCALE)
                    .check("bias", merged.tensor(Q0 + ".bias"));
        }

        @Test
        @DisplayName("lora_bias on a base bias that travels along starts from that")
        void loraBiasOnSavedBias() {
            TinyModel model = llama(FloatType.BF16);
            TinyAdapter adapter =
                    TinyAdapters.plain(model, SEED, "q_proj").loraBias().savedBiases("lora_only");

            Workbench.Merged merged = bench.merge(model, adapter);

            ReferenceMerge.onto(adapter.part(Q0, ".base_layer.bias").to(FloatType.BF16))
                    .shift(adapter.part(Q0, ".lora_B.bias"), SCALE)
                    .check("bias", merged.tensor(Q0 + ".bias"));
        }

        @Test
        @DisplayName("lora_bias on a module without a bias is refused")
        void noBaseBias() {
            TinyModel model = llama(FloatType.F32);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "o_proj").set("lora_bias", true);
            for (String module : List.of(O0, O1)) {
                adapter.random(adapter.key(module, ".lora_B.bias"), 24);
            }

            bench.refuse(model, adapter, O0);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("bias: lora_only replaces the biases of the targets:")
        void loraOnly(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj").savedBiases("lora_only");

            Workbench.Merged merged = bench.merge(model, adapter)
                    .assertChanged(model, Q0 + ".weight", Q0 + ".bias", Q1 + ".weight", Q1 + ".bias");

            assertThat(merged.tensor(Q0 + ".bias"))
                    .isEqualTo(adapter.part(Q0, ".base_layer.bias").to(base));
        }

        @Test
        @DisplayName("bias: all replaces all of them")
        void all() {
            TinyModel model = llama(FloatType.BF16);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj").savedBiases("all");
            List<String> changed = new ArrayList<>(List.of(weights(Q0, Q1)));
            model.tensors().keySet().stream()
                    .filter(name -> name.endsWith(".bias"))
                    .forEach(changed::add);

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, changed.toArray(String[]::new));

            assertThat(merged.tensor(V0 + ".bias"))
                    .isEqualTo(adapter.part(V0, ".bias").to(FloatType.BF16));
        }

        @Test
        @DisplayName("biases that the configuration does not announce are refused")
        void unannounced() {
            TinyModel model = llama(FloatType.BF16);
            TinyAdapter adapter =
                    TinyAdapters.plain(model, SEED, "q_proj").savedBiases("all").set("bias", "none");

            bench.refuse(model, adapter, ".bias");
        }
    }

    @Nested
    @DisplayName("together with others:")
    class Several {
        private TinyAdapter adapter(TinyModel model, int number, String... targets) {
            return TinyAdapters.empty(model, SEED + number).rank(number, 6).target(targets);
        }

        private Workbench.Merged merge(TinyModel model, List<TinyAdapter> adapters, Object... options) {
            List<Path> paths = new ArrayList<>();
            for (TinyAdapter adapter : adapters) {
                paths.add(adapter.writeTo(bench.fresh("adapters").resolve("a" + paths.size())));
            }
            return bench.merge(bench.write(model), paths, options);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("weighted updates are summed and rounded once:")
        void weighted(FloatType base) {
            TinyModel model = llama(base);
            List<TinyAdapter> adapters = List.of(
                    adapter(model, 2, "q_proj"), adapter(model, 3, "q_proj", "v_proj"), adapter(model, 4, "q_proj"));

            Workbench.Merged merged = merge(model, adapters, "--weight", "0.7", "--weight", "-0.3", "--weight", "1.9")
                    .assertChanged(model, weights(Q0, Q1, V0, V1));

            ReferenceMerge reference = ReferenceMerge.onto(model.tensor(Q0 + ".weight"));
            Oracle.add(reference, model, adapters.get(0), Q0, 6.0 / 2, 0.7f);
            Oracle.add(reference, model, adapters.get(1), Q0, 6.0 / 3, -0.3f);
            Oracle.add(reference, model, adapters.get(2), Q0, 6.0 / 4, 1.9f);
            reference.check(Q0, merged.tensor(Q0 + ".weight"));
            ReferenceMerge alone = ReferenceMerge.onto(model.tensor(V1 + ".weight"));
            Oracle.add(alone, model, adapters.get(1), V1, 6.0 / 3, -0.3f);
            alone.check(V1, merged.tensor(V1 + ".weight"));
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("--rounding safe rounds the weighted sum before it is added:")
        void safe(FloatType base) {
            TinyModel model = llama(base);
            List<TinyAdapter> adapters = List.of(adapter(model, 2, "q_proj"), adapter(model, 3, "q_proj"));

            Workbench.Merged merged = merge(model, adapters, "--rounding", "safe");

            ReferenceMerge reference =
                    ReferenceMerge.onto(model.tensor(Q0 + ".weight")).safe();
            Oracle.add(reference, model, adapters.get(0), Q0, 6.0 / 2, 1);
            Oracle.add(reference, model, adapters.get(1), Q0, 6.0 / 3, 1);
            reference.check(Q0, merged.tensor(Q0 + ".weight"));
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("embeddings, convolutions and Conv1D weights sum up too:")
        void otherLayers(FloatType base) {
            TinyModel conv = TinyModels.convNet(SEED, base);
            List<TinyAdapter> onConv = List.of(adapter(conv, 2, "c2"), adapter(conv, 3, "c2"));
            ReferenceMerge filters = ReferenceMerge.onto(conv.tensor("c2.weight"));
            Oracle.add(filters, conv, onConv.get(0), "c2", 3, 0.5);
            Oracle.add(filters, conv, onConv.get(1), "c2", 2, 0.25);
            filters.check(
                    "c2",
                    merge(conv, onConv, "--weight", "0.5", "--weight", "0.25").tensor("c2.weight"));

            TinyModel llama = llama(base);
            List<TinyAdapter> onEmbedding =
                    List.of(adapter(llama, 2, "embed_tokens"), adapter(llama, 3, "embed_tokens"));
            ReferenceMerge rows = ReferenceMerge.onto(llama.tensor("model.embed_tokens.weight"));
            Oracle.add(rows, llama, onEmbedding.get(0), "model.embed_tokens", 3, 1);
            Oracle.add(rows, llama, onEmbedding.get(1), "model.embed_tokens", 2, 1);
            rows.check("embedding", merge(llama, onEmbedding).tensor("model.embed_tokens.weight"));
        }

        @ParameterizedTest(name = "{0}, {1}")
        @CsvSource({"F32,single", "F16,single", "BF16,single", "F16,safe", "BF16,safe"})
        @DisplayName("--sequence is one merge after the other:")
        void sequence(FloatType base, String rounding) {
            TinyModel model = llama(base);
            List<TinyAdapter> adapters =
                    List.of(adapter(model, 2, "q_proj", "embed_tokens"), adapter(model, 3, "q_proj", "embed_tokens"));

            Workbench.Merged together = merge(model, adapters, "--sequence", "--rounding", rounding);

            Workbench.Merged first = merge(model, adapters.subList(0, 1), "--rounding", rounding);
            Workbench.Merged second =
                    bench.merge(first.directory(), List.of(bench.write(adapters.get(1))), "--rounding", rounding);
            assertThat(together.tensors()).isEqualTo(second.tensors());
            assertThat(together.hash()).isEqualTo(second.hash());
            ReferenceMerge reference =
                    ReferenceMerge.onto(model.tensor(Q0 + ".weight")).inSequence();
            Oracle.add(reference, model, adapters.get(0), Q0, 6.0 / 2, 1);
            Oracle.add(reference, model, adapters.get(1), Q0, 6.0 / 3, 1);
            (rounding.equals("safe") ? reference.safe() : reference).check(Q0, together.tensor(Q0 + ".weight"));
        }

        @Test
        @DisplayName("what one of them replaces as a whole takes no weight and no second adapter")
        void wholeTensors() {
            TinyModel model = llama(FloatType.F32);
            Path base = bench.write(model);
            Path saved = bench.write(TinyAdapters.plain(model, SEED, "q_proj")
                    .set("modules_to_save", List.of("lm_head"))
                    .whole("lm_head.weight", 48, 24));
            Path same = bench.write(TinyAdapters.plain(model, SEED + 1, "v_proj")
                    .set("modules_to_save", List.of("lm_head"))
                    .whole("lm_head.weight", 48, 24));
            Path factors = bench.write(TinyAdapters.plain(model, SEED + 2, "lm_head"));

            bench.refuse(base, List.of(saved, same), List.of(), "lm_head.weight");
            bench.refuse(base, List.of(saved, factors), List.of(), "lm_head.weight");
            bench.refuse(base, List.of(factors, saved), List.of("--sequence"), "lm_head.weight");
            bench.refuse(base, List.of(saved), List.of("--weight", "0.5"), "lm_head.weight");
        }

        @Test
        @DisplayName("values of an own foundation take no second adapter")
        void ownFoundations() {
            TinyModel model = llama(FloatType.F32);
            Path base = bench.write(model);
            Path own = bench.write(TinyAdapters.plain(model, SEED, "q_proj").baseWeight(Q0));
            Path other = bench.write(TinyAdapters.plain(model, SEED + 1, "q_proj"));

            bench.refuse(base, List.of(own, other), List.of(), Q0 + ".weight");
            bench.refuse(base, List.of(other, own), List.of("--sequence"), Q0 + ".weight");
        }

        @Test
        @DisplayName("their order on the command line does not matter to a sum, but to a sequence")
        void order() {
            TinyModel model = llama(FloatType.BF16);
            Path base = bench.write(model);
            List<Path> adapters = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                adapters.add(bench.write(adapter(model, i, "q_proj", "v_proj")));
            }
            List<Path> reversed = List.of(adapters.get(2), adapters.get(1), adapters.get(0));

            assertThat(bench.merge(base, adapters, "--weight", "1", "--weight", "2", "--weight", "3")
                            .hash())
                    .isEqualTo(bench.merge(base, reversed, "--weight", "3", "--weight", "2", "--weight", "1")
                            .hash());
            assertThat(bench.merge(base, adapters, "--sequence").hash())
                    .isNotEqualTo(bench.merge(base, reversed, "--sequence").hash());
        }

        @Test
        @DisplayName("nor does it when their directories have the same name")
        void sameNames() {
            TinyModel model = llama(FloatType.F32);
            Path base = bench.write(model);
            Path one = adapter(model, 3, "q_proj").writeTo(bench.fresh("x").resolve("math"));
            Path two = adapter(model, 5, "q_proj").writeTo(bench.fresh("y").resolve("math"));

            assertThat(bench.merge(base, List.of(one, two, two)).hash())
                    .isEqualTo(bench.merge(base, List.of(two, one, two)).hash());
        }
    }

    @Nested
    @DisplayName("keeps these properties:")
    class Properties {
        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("B = 0 is the identity on the bytes:")
        void zero(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj", "embed_tokens", "down_proj")
                    .changeAll(".lora_B.weight", StoredTensor::zeros)
                    .changeAll(".lora_embedding_B", StoredTensor::zeros);
            Path foundation = bench.write(model);

            Workbench.Merged merged = bench.merge(foundation, List.of(bench.write(adapter)));

            assertThat(merged.tensors()).isEqualTo(model.tensors());
            assertThat(PfmRun.of("hash", foundation).assertDone().out().strip()).isEqualTo(merged.hash());
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("(A, B) and (-A, -B) are the same:")
        void signs(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj", "embed_tokens");
            String hash = bench.merge(model, adapter).hash();
            adapter.keys().forEach(key -> adapter.change(key, StoredTensor::negated));

            assertThat(bench.merge(model, adapter).hash()).isEqualTo(hash);
        }

        @Test
        @DisplayName("the result is linear in alpha where the arithmetic is exact")
        void linearInAlpha() {
            TinyModel model = llama(FloatType.BF16);
            TinyAdapter once = TinyAdapters.plain(model, SEED, "q_proj");
            TinyAdapter doubled = TinyAdapters.plain(model, SEED, "q_proj")
                    .set("lora_alpha", 16)
                    .changeAll(".lora_B.weight", AdapterKindsTest::halved);

            assertThat(bench.merge(model, once).hash())
                    .isEqualTo(bench.merge(model, doubled).hash());
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("files, shards and threads do not change the content hash:")
        void layoutIndependent(FloatType base) {
            TinyModel model = llama(base);
            TinyAdapter adapter = TinyAdapters.dora(model, SEED, "q_proj", "embed_tokens", "down_proj");
            Workbench.Merged merged = bench.merge(model, adapter);

            for (int size : new int[] {1, 500, 5_000, 1_000_000}) {
                Workbench.Merged sharded =
                        bench.merge(model.sharded(3), adapter, "--max-shard-size", Integer.toString(size));
                assertThat(sharded.hash()).isEqualTo(merged.hash());
                assertThat(sharded.tensors()).isEqualTo(merged.tensors());
                assertThat(PfmRun.of("verify", sharded.directory(), "--hash", merged.hash())
                                .exitCode())
                        .isZero();
            }
            for (int threads : new int[] {1, 2, 7}) {
                Workbench.Merged other = bench.merge(model, adapter, "--threads", Integer.toString(threads));
                assertThat(other.hash()).isEqualTo(merged.hash());
                assertThat(other.tensors()).isEqualTo(merged.tensors());
            }
        }

        @Test
        @DisplayName("a merge again is the same again, to the file")
        void repeatable() {
            TinyModel model = llama(FloatType.F16);
            TinyAdapter adapter = TinyAdapters.rankStabilised(model, SEED, "q_proj", "o_proj");
            Workbench.Merged one = bench.merge(model, adapter);
            Workbench.Merged two = bench.merge(model, adapter);

            assertThat(one.directory().resolve("model.safetensors"))
                    .hasSameBinaryContentAs(two.directory().resolve("model.safetensors"));
            assertThat(one.text("pfm-tree.json")).isEqualTo(two.text("pfm-tree.json"));
        }

        @Test
        @DisplayName("config.json and other files of the foundation come along to the byte")
        void companions() {
            TinyModel model = llama(FloatType.BF16);

            Workbench.Merged merged = bench.merge(model, TinyAdapters.plain(model, SEED, "q_proj"));

            assertThat(merged.text("config.json")).isEqualTo(model.configText());
        }
    }

    private static StoredTensor halved(StoredTensor tensor) {
        float[] values = tensor.values();
        for (int i = 0; i < values.length; i++) {
            values[i] /= 2;
        }
        return StoredTensor.of(
                tensor.type(),
                tensor.shape().stream().mapToLong(Long::longValue).toArray(),
                values);
    }
}
