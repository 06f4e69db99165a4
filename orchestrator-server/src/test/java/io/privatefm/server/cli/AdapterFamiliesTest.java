/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.StoredTensor;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The layouts of merge-semantics 1.8 and 1.10: names, heads and shared tensors as published files have them. */
@DisplayName("Adapters and foundations as people have them")
class AdapterFamiliesTest {
    private static final long SEED = 20_260_101;
    private static final double SCALE = 2;

    @TempDir
    Path dir;

    private Workbench bench;

    @BeforeEach
    void bench(TestReporter reporter) {
        bench = new Workbench(dir);
        reporter.publishEntry("seed", Long.toString(SEED));
    }

    private static String[] weights(TinyAdapter adapter, String... more) {
        return Stream.concat(
                        adapter.modulesWithFactors().stream().map(module -> module + ".weight"), Arrays.stream(more))
                .toArray(String[]::new);
    }

    @Nested
    @DisplayName("GPT-2: keys with transformer., a file without, Conv1D weights:")
    class Gpt2 {
        private TinyAdapter adapter(TinyModel model, String... targets) {
            return TinyAdapters.empty(model, SEED).prefix("transformer.").target(targets);
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("all linear layers merge, the square c_proj as it is stored")
        void merges(FloatType type) {
            TinyModel model = TinyModels.gpt2(SEED, type);
            TinyAdapter adapter = adapter(model, "c_attn", "c_proj", "c_fc").set("fan_in_fan_out", true);

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(adapter));

            assertThat(adapter.modulesWithFactors()).hasSize(8);
            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("fan_in_fan_out changes nothing, as PEFT corrects it on loading")
        void flagIsIgnored() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.BF16);

            String with = bench.merge(model, adapter(model, "attn.c_proj").set("fan_in_fan_out", true))
                    .hash();
            String without = bench.merge(model, adapter(model, "attn.c_proj").set("fan_in_fan_out", false))
                    .hash();

            assertThat(with).isEqualTo(without);
        }

        @Test
        @DisplayName("fan_in_fan_out decides for square weights when nothing says what the model is")
        void flagDecidesForUnknownModels() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.F32).withoutConfig("model_type");
            TinyAdapter adapter = adapter(model, "attn.c_proj").set("fan_in_fan_out", true);

            Oracle.check(bench.merge(model, adapter), model, adapter, SCALE);
        }

        @Test
        @DisplayName("a file with transformer. takes the exact names")
        void exactNames() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.BF16).renamed(name -> "transformer." + name);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "c_attn", "c_proj");

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(adapter));

            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("an adapter of the bare model takes a file with transformer.")
        void addedPrefix() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.BF16).renamed(name -> "transformer." + name);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .withoutPrefix("transformer.")
                    .target("c_attn", "c_proj");

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(adapter));

            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("patterns and layers go by the names of the model class")
        void patternsGoByClassNames() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.F32);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .prefix("transformer.")
                    .set("target_modules", List.of("c_attn"))
                    .set("layers_to_transform", List.of(1))
                    .set("layers_pattern", "h")
                    .set("rank_pattern", java.util.Map.of("^transformer.h.1.attn.c_attn", 3))
                    .factors("h.1.attn.c_attn", 3);

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, "h.1.attn.c_attn.weight");

            Oracle.check(merged, model, adapter, 8.0 / 3);
        }

        @Test
        @DisplayName("a prefix on some targets only is refused by the first name that is not there")
        void mixedPrefixes() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.F32);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "c_attn");
            for (String factor : List.of("lora_A.weight", "lora_B.weight")) {
                adapter.rename(
                        "base_model.model.h.0.attn.c_attn." + factor,
                        "base_model.model.transformer.h.0.attn.c_attn." + factor);
            }

            bench.refuse(model, adapter, "adapter_model.safetensors", "transformer.h.0.attn.c_attn.weight");
        }

        @Test
        @DisplayName("a name that two prefixes resolve is refused")
        void ambiguousPrefixes() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.F32).renamed(name -> "a." + name);
            TinyAdapter adapter =
                    TinyAdapters.empty(model, SEED).withoutPrefix("a.").target("attn.c_attn");
            TinyModel twice = model;
            for (int i = 0; i < 2; i++) {
                String tensor = "h." + i + ".attn.c_attn.weight";
                twice = twice.withTensor("b." + tensor, model.tensor("a." + tensor));
            }

            bench.refuse(twice, adapter, "h.0.attn.c_attn.weight", "ambiguous");
        }

        @Test
        @DisplayName("factors of a linear layer do not fit a Conv1D weight, though their shapes would")
        void wrongOrientation() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.F32);
            TinyAdapter adapter = adapter(model, "c_attn");
            for (String module : adapter.modulesWithFactors()) {
                // (in, out) = (24, 72) is what is stored; these are factors of in = 72, out = 24
                adapter.random(adapter.key(module, ".lora_A.weight"), 4, 72);
                adapter.random(adapter.key(module, ".lora_B.weight"), 24, 4);
            }

            bench.refuse(model, adapter, "adapter_model.safetensors", "h.0.attn.c_attn");
        }

        @Test
        @DisplayName("the embedding is the head too: factors on it are refused")
        void tiedEmbedding() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.F32);

            bench.refuse(model, adapter(model, "wte"), "wte.weight", "tie_word_embeddings");
        }

        @Test
        @DisplayName("a sequence classifier brings its score")
        void sequenceClassifier() {
            TinyModel model = TinyModels.gpt2(SEED, FloatType.BF16);
            TinyAdapter adapter =
                    adapter(model, "c_attn").set("task_type", "SEQ_CLS").whole("score.weight", 2, 24);

            Workbench.Merged merged =
                    bench.merge(model, adapter).assertChanged(model, weights(adapter, "score.weight"));

            assertThat(merged.added()).containsExactly("score.weight");
            assertThat(merged.tensor("score.weight")).isEqualTo(adapter.tensor("base_model.model.score.weight"));
        }
    }

    @Nested
    @DisplayName("BERT: a classifier on a file with the heads of its pre-training:")
    class Bert {
        private final TinyModel model = TinyModels.bert(SEED, FloatType.BF16);

        private TinyAdapter classifier(String... targets) {
            return TinyAdapters.plain(model, SEED, targets)
                    .set("task_type", "SEQ_CLS")
                    .whole("classifier.weight", 3, 24)
                    .whole("classifier.bias", 3);
        }

        @Test
        @DisplayName("the head is added as it is and reported, when modules_to_save names it")
        void namedHead() {
            TinyAdapter adapter = classifier("query", "value").set("modules_to_save", List.of("classifier", "score"));

            Workbench.Merged merged = bench.merge(model, adapter)
                    .assertChanged(model, weights(adapter, "classifier.bias", "classifier.weight"));

            assertThat(merged.added()).containsExactly("classifier.bias", "classifier.weight");
            assertThat(merged.tensor("classifier.weight"))
                    .isEqualTo(adapter.tensor("base_model.model.classifier.weight"));
            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("the head is added too when modules_to_save is null, for the task has it")
        void unnamedHead() {
            TinyAdapter adapter = classifier("query", "value");

            Workbench.Merged merged = bench.merge(model, adapter)
                    .assertChanged(model, weights(adapter, "classifier.bias", "classifier.weight"));

            assertThat(merged.added()).containsExactly("classifier.bias", "classifier.weight");
        }

        @Test
        @DisplayName("a head that neither the task nor modules_to_save explains is refused by name")
        void unexplainedHead() {
            bench.refuse(model, classifier("query").set("task_type", null), "base_model.model.classifier.bias");
            bench.refuse(
                    model, classifier("query").whole("extra_head.weight", 3, 24), "base_model.model.extra_head.weight");
        }

        @Test
        @DisplayName("a head that the file has is replaced, rounded to the file's dtype")
        void replacedHead() {
            StoredTensor head = StoredTensor.of(FloatType.BF16, new long[] {3, 24}, new float[72]);
            StoredTensor bias = StoredTensor.of(FloatType.BF16, new long[] {3}, new float[3]);
            TinyModel tuned = model.withTensor("classifier.weight", head).withTensor("classifier.bias", bias);
            TinyAdapter adapter = classifier("query").set("modules_to_save", List.of("classifier"));

            Workbench.Merged merged = bench.merge(tuned, adapter)
                    .assertChanged(tuned, weights(adapter, "classifier.bias", "classifier.weight"));

            assertThat(merged.added()).isEmpty();
            assertThat(merged.tensor("classifier.weight"))
                    .isEqualTo(
                            adapter.tensor("base_model.model.classifier.weight").to(FloatType.BF16));
        }

        @Test
        @DisplayName("a head of another shape than the file's is refused")
        void otherLabels() {
            StoredTensor head = StoredTensor.of(FloatType.BF16, new long[] {5, 24}, new float[120]);

            bench.refuse(
                    model.withTensor("classifier.weight", head),
                    classifier("query").set("modules_to_save", List.of("classifier")),
                    "base_model.model.classifier.weight",
                    "[3, 24]",
                    "[5, 24]");
        }

        @Test
        @DisplayName("a head in modules_to_save and in the file must be in the adapter")
        void missingHead() {
            StoredTensor head = StoredTensor.of(FloatType.BF16, new long[] {3, 24}, new float[72]);
            TinyAdapter adapter = classifier("query")
                    .set("modules_to_save", List.of("classifier"))
                    .remove("base_model.model.classifier.weight");

            bench.refuse(model.withTensor("classifier.weight", head), adapter, "classifier.weight");
        }

        @Test
        @DisplayName("a target that the pre-training head happens to have too does not stop the classifier")
        void targetInForeignHead() {
            // BertForSequenceClassification has no cls.predictions.transform.dense: PEFT writes no factors for it
            TinyAdapter adapter = classifier("query", "dense");
            for (String factor : List.of(".lora_A.weight", ".lora_B.weight")) {
                adapter.remove(adapter.key("cls.predictions.transform.dense", factor));
            }

            Workbench.Merged merged = bench.merge(model, adapter)
                    .assertChanged(model, weights(adapter, "classifier.bias", "classifier.weight"));

            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("an adapter of the bare model takes the file with bert.")
        void bareModel() {
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .withoutPrefix("bert.")
                    .target("query", "key")
                    .set("task_type", "FEATURE_EXTRACTION");

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(adapter));

            Oracle.check(merged, model, adapter, SCALE);
        }
    }

    @Nested
    @DisplayName("DistilBERT: a classifier with two heads:")
    class DistilBert {
        private final TinyModel model = TinyModels.distilBert(SEED, FloatType.F32);

        private TinyAdapter classifier() {
            return TinyAdapters.plain(model, SEED, "q_lin", "v_lin")
                    .set("task_type", "SEQ_CLS")
                    .whole("pre_classifier.weight", 24, 24)
                    .whole("pre_classifier.bias", 24)
                    .whole("classifier.weight", 2, 24)
                    .whole("classifier.bias", 2);
        }

        @Test
        @DisplayName("both are added when the list repeats itself and names what is not there")
        void repeatedList() {
            TinyAdapter adapter =
                    classifier().set("modules_to_save", List.of("pre_classifier", "classifier", "classifier", "score"));

            Workbench.Merged merged = bench.merge(model, adapter)
                    .assertChanged(
                            model,
                            weights(
                                    adapter,
                                    "classifier.bias",
                                    "classifier.weight",
                                    "pre_classifier.bias",
                                    "pre_classifier.weight"));

            assertThat(merged.added())
                    .containsExactly(
                            "classifier.bias", "classifier.weight", "pre_classifier.bias", "pre_classifier.weight");
            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("the same when modules_to_save is null")
        void nullList() {
            String listed = bench.merge(
                            model,
                            classifier()
                                    .set(
                                            "modules_to_save",
                                            List.of("pre_classifier", "classifier", "classifier", "score")))
                    .hash();

            assertThat(bench.merge(model, classifier()).hash()).isEqualTo(listed);
        }
    }

    @Nested
    @DisplayName("OPT: model.decoder. in the adapter, decoder. in the file, or the other way round:")
    class Opt {
        @Test
        @DisplayName("the class's prefix is dropped")
        void dropped() {
            TinyModel model = TinyModels.opt(SEED, FloatType.F16);
            TinyAdapter adapter =
                    TinyAdapters.empty(model, SEED).prefix("model.").target("q_proj", "v_proj", "fc1");

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(adapter));

            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("the file's prefix is added")
        void added() {
            TinyModel model = TinyModels.opt(SEED, FloatType.F16).renamed(name -> "model." + name);
            TinyAdapter adapter =
                    TinyAdapters.empty(model, SEED).withoutPrefix("model.").target("q_proj", "v_proj", "fc1");

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(adapter));

            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("biases saved along follow the prefix")
        void savedBiases() {
            TinyModel model = TinyModels.opt(SEED, FloatType.F16);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED)
                    .prefix("model.")
                    .target("fc1")
                    .savedBiases("lora_only");

            Workbench.Merged merged = bench.merge(model, adapter)
                    .assertChanged(model, weights(adapter, "decoder.layers.0.fc1.bias", "decoder.layers.1.fc1.bias"));

            assertThat(merged.tensor("decoder.layers.0.fc1.bias"))
                    .isEqualTo(adapter.part("decoder.layers.0.fc1", ".base_layer.bias")
                            .to(FloatType.F16));
        }

        @Test
        @DisplayName("two components more are too many")
        void twoComponents() {
            TinyModel model = TinyModels.opt(SEED, FloatType.F16);
            TinyAdapter adapter = TinyAdapters.empty(model, SEED).prefix("a.b.").target("fc1");

            bench.refuse(model, adapter, "a.b.decoder.layers.0.fc1.weight");
        }
    }

    @Nested
    @DisplayName("T5: one shared embedding:")
    class T5 {
        private final TinyModel model = TinyModels.t5(SEED, FloatType.BF16);

        @Test
        @DisplayName("attention in encoder and decoder merges")
        void attention() {
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q", "v").set("task_type", "SEQ_2_SEQ_LM");

            Workbench.Merged merged = bench.merge(model, adapter).assertChanged(model, weights(adapter));

            assertThat(adapter.modulesWithFactors()).hasSize(12);
            Oracle.check(merged, model, adapter, SCALE);
        }

        @Test
        @DisplayName("factors on the shared embedding are refused")
        void sharedFactors() {
            bench.refuse(model, TinyAdapters.plain(model, SEED, "shared"), "shared.weight", "tie_word_embeddings");
        }

        @Test
        @DisplayName("a whole shared embedding is refused, for it would move the head")
        void wholeShared() {
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q")
                    .set("modules_to_save", List.of("shared"))
                    .whole("shared.weight", 48, 24);

            bench.refuse(model, adapter, "shared.weight", "tie_word_embeddings");
        }

        @Test
        @DisplayName("a head of its own unties the embedding")
        void ownHead() throws IOException {
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q")
                    .set("modules_to_save", List.of("lm_head"))
                    .whole("lm_head.weight", 48, 24);

            Workbench.Merged merged = bench.merge(model, adapter);

            assertThat(merged.added()).containsExactly("lm_head.weight");
            assertThat(parse(merged.text("config.json"))
                            .path("tie_word_embeddings")
                            .isBoolean())
                    .isTrue();
            assertThat(parse(merged.text("config.json"))
                            .path("tie_word_embeddings")
                            .booleanValue())
                    .isFalse();
        }
    }

    @Nested
    @DisplayName("Llama:")
    class Llama {
        private final TinyModel untied = TinyModels.llama(SEED, FloatType.BF16, false);
        private final TinyModel tied = TinyModels.llama(SEED, FloatType.BF16, true)
                .withConfig("_name_or_path", "Brücke/模型")
                .withConfig("tie_word_embeddings_note", "tie_word_embeddings: true");

        private TinyAdapter ownHead(TinyModel model) {
            return TinyAdapters.plain(model, SEED, "q_proj")
                    .set("modules_to_save", List.of("lm_head"))
                    .whole("lm_head.weight", 48, 24);
        }

        @Test
        @DisplayName("a sequence classifier on a causal file brings its score and leaves the head alone")
        void sequenceClassifier() {
            TinyAdapter adapter = TinyAdapters.plain(untied, SEED, "q_proj", "v_proj")
                    .set("task_type", "SEQ_CLS")
                    .set("modules_to_save", List.of("classifier", "score"))
                    .whole("score.weight", 2, 24);

            Workbench.Merged merged =
                    bench.merge(untied, adapter).assertChanged(untied, weights(adapter, "score.weight"));

            assertThat(merged.added()).containsExactly("score.weight");
            assertThat(merged.text("config.json")).isEqualTo(untied.configText());
            Oracle.check(merged, untied, adapter, SCALE);
        }

        @Test
        @DisplayName("an untied head and an untied embedding take factors")
        void untiedSides() {
            TinyAdapter adapter = TinyAdapters.plain(untied, SEED, "lm_head", "embed_tokens");

            Workbench.Merged merged =
                    bench.merge(untied, adapter).assertChanged(untied, "lm_head.weight", "model.embed_tokens.weight");

            Oracle.check(merged, untied, adapter, SCALE);
        }

        @Test
        @DisplayName("a tied head that is saved whole is added, and tie_word_embeddings becomes false")
        void unties() throws IOException {
            TinyAdapter adapter = ownHead(tied);

            Workbench.Merged merged =
                    bench.merge(tied, adapter).assertChanged(tied, weights(adapter, "lm_head.weight"));

            assertThat(merged.added()).containsExactly("lm_head.weight");
            ObjectNode before = parse(tied.configText());
            ObjectNode after = parse(merged.text("config.json"));
            assertThat(after.path("tie_word_embeddings").booleanValue()).isFalse();
            before.put("tie_word_embeddings", false);
            assertThat(after.toString()).isEqualTo(before.toString());
        }

        @Test
        @DisplayName("nothing else changes in its config.json, to the byte")
        void untiesOnly() {
            Workbench.Merged merged = bench.merge(tied, ownHead(tied));

            assertThat(merged.text("config.json"))
                    .isEqualTo(tied.configText()
                            .replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"));
        }

        @Test
        @DisplayName("tie_word_embeddings is written where the file left it to the default")
        void unsaidTie() throws IOException {
            TinyModel unsaid = tied.withoutConfig("tie_word_embeddings");

            Workbench.Merged merged = bench.merge(unsaid, ownHead(unsaid));

            assertThat(parse(merged.text("config.json"))
                            .path("tie_word_embeddings")
                            .toString())
                    .isEqualTo("false");
        }

        @Test
        @DisplayName("both sides whole are both taken")
        void bothSides() {
            TinyAdapter adapter = ownHead(tied)
                    .set("modules_to_save", List.of("embed_tokens", "lm_head"))
                    .whole("model.embed_tokens.weight", 48, 24);

            Workbench.Merged merged = bench.merge(tied, adapter)
                    .assertChanged(tied, weights(adapter, "lm_head.weight", "model.embed_tokens.weight"));

            assertThat(merged.tensor("model.embed_tokens.weight"))
                    .isEqualTo(adapter.tensor("base_model.model.model.embed_tokens.weight")
                            .to(FloatType.BF16));
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"embed_tokens", "lm_head"})
        @DisplayName("factors on one side of a tied pair are refused:")
        void tiedFactors(String module) {
            TinyAdapter adapter = TinyAdapters.plain(untied, SEED, module);

            bench.refuse(tied, adapter, module, "tie_word_embeddings");
        }

        @Test
        @DisplayName("a tied embedding that is saved whole alone is refused")
        void tiedEmbeddingAlone() {
            TinyAdapter adapter = TinyAdapters.plain(tied, SEED, "q_proj")
                    .set("modules_to_save", List.of("embed_tokens"))
                    .whole("model.embed_tokens.weight", 48, 24);

            bench.refuse(tied, adapter, "embed_tokens", "tie_word_embeddings");
        }

        @Test
        @DisplayName("factors with in and out exchanged are of another model, for nn.Linear is never transposed")
        void exchangedFactors() {
            TinyAdapter adapter = TinyAdapters.plain(untied, SEED, "k_proj");
            for (String module : adapter.modulesWithFactors()) {
                adapter.random(adapter.key(module, ".lora_A.weight"), 4, 12);
                adapter.random(adapter.key(module, ".lora_B.weight"), 24, 4);
            }

            bench.refuse(untied, adapter, "adapter_model.safetensors", "model.layers.0.self_attn.k_proj");
        }

        @Test
        @DisplayName("fan_in_fan_out means nothing to a linear layer")
        void wrongFlag() {
            TinyAdapter adapter = TinyAdapters.plain(untied, SEED, "q_proj").set("fan_in_fan_out", true);

            Oracle.check(bench.merge(untied, adapter), untied, adapter, SCALE);
        }
    }

    private static ObjectNode parse(String config) throws IOException {
        return (ObjectNode) JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build()
                .readTree(config);
    }
}
