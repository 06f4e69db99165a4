/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.MemoryFiles;
import io.privatefm.testkit.StoredTensor;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not merge: exit code 2, one line that names the place, no output directory, nothing left beside it. */
@DisplayName("Refused before anything is written:")
class RefusedInputTest {
    private static final long SEED = 31_337;
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String Q0 = "model.layers.0.self_attn.q_proj";
    private static final String Q1 = "model.layers.1.self_attn.q_proj";
    private static final String KEY = "base_model.model." + Q0;

    private static final TinyModel MODEL = TinyModels.llama(SEED, FloatType.BF16, false);

    @TempDir
    Path dir;

    private Workbench bench;

    @BeforeEach
    void bench(TestReporter reporter) {
        bench = new Workbench(dir);
        reporter.publishEntry("seed", Long.toString(SEED));
    }

    private static TinyAdapter adapter() {
        return TinyAdapters.plain(MODEL, SEED, "q_proj");
    }

    /** An input, and what the error must name. */
    private static Arguments bad(String what, Consumer<TinyAdapter> change, String... fragments) {
        return Arguments.of(what, change, fragments);
    }

    @Test
    @DisplayName("not what all of these are bent from")
    void soundInput() {
        bench.merge(MODEL, adapter()).assertChanged(MODEL, Q0 + ".weight", Q1 + ".weight");
    }

    @Nested
    @DisplayName("configurations:")
    class Configurations {
        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#unsupportedFields")
        @DisplayName("features that are not supported, by the field's name:")
        void unsupported(String field, Object value) {
            bench.refuse(MODEL, adapter().set(field, value), CONFIG, field);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#unknownValues")
        @DisplayName("an unknown field that says something:")
        void unknownField(Object value) {
            bench.refuse(MODEL, adapter().set("feature_of_2027", value), CONFIG, "feature_of_2027");
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#harmlessFields")
        @DisplayName("not a field that says nothing:")
        void harmless(String field, Object value) {
            String hash = bench.merge(MODEL, adapter()).hash();

            assertThat(bench.merge(MODEL, adapter().set(field, value)).hash()).isEqualTo(hash);
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"pissa", "pissa_niter_16", "olora", "corda", "lora_ga", "loftq", "something_new"})
        @DisplayName("adapters that trained against a changed foundation and were not converted:")
        void unconverted(String init) {
            bench.refuse(MODEL, adapter().set("init_lora_weights", init), CONFIG, "init_lora_weights", init);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#wrongValues")
        @DisplayName("fields of a wrong type or out of range:")
        void wrongValue(String field, Object value) {
            bench.refuse(MODEL, adapter().set(field, value), CONFIG, field);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#brokenConfigs")
        @DisplayName("text that is not one strict JSON object:")
        void broken(String what, byte[] text) {
            bench.refuse(bench.write(MODEL), List.of(files(text, adapter().weights())), List.of(), CONFIG);
        }

        @Test
        @DisplayName("a duplicate key, by name")
        void duplicateKey() {
            String text = adapter().configText().replace("\"r\": 4", "\"r\": 4, \"r\": 4");

            bench.refuse(
                    bench.write(MODEL),
                    List.of(files(text.getBytes(UTF_8), adapter().weights())),
                    List.of(),
                    CONFIG,
                    "'r'");
        }

        @ParameterizedTest(name = "{index}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#endlessRegexes")
        @DisplayName("regular expressions that would take hours, in no time:")
        void endlessRegex(String regex) {
            quickly(() -> bench.refuse(MODEL, adapter().set("target_modules", regex), "adapter_"));
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"(", "[", "*", "a{2,1}", "(?P<n>a)(?P<n>b)", "\\"})
        @DisplayName("what is no regular expression:")
        void noRegex(String regex) {
            bench.refuse(MODEL, adapter().set("target_modules", regex), CONFIG, "target_modules");
            bench.refuse(MODEL, adapter().set("exclude_modules", regex), CONFIG, "exclude_modules");
            bench.refuse(MODEL, adapter().set("rank_pattern", Map.of(regex, 4)), CONFIG, "rank_pattern");
        }

        @Test
        @DisplayName("a regular expression of 3000 characters, or nested 1000 deep")
        void longRegex() {
            bench.refuse(MODEL, adapter().set("target_modules", "q".repeat(3000)), CONFIG, "target_modules");
            quickly(() -> bench.refuse(
                    MODEL,
                    adapter().set("target_modules", "(".repeat(1000) + ".*x" + ")".repeat(1000)),
                    CONFIG.substring(0, 7)));
        }

        @Test
        @DisplayName("names with what a terminal obeys, which the line does not repeat")
        void terminalEscapes() {
            List<PfmRun> runs = List.of(
                    bench.refuse(MODEL, adapter().set("\u001b[31mred", 1), CONFIG),
                    bench.refuse(MODEL, adapter().set("init_lora_weights", "\u001b[31mred"), CONFIG),
                    bench.refuse(MODEL, adapter().set("peft_type", "\u009b31mred"), CONFIG),
                    bench.refuse(
                            bench.write(MODEL),
                            List.of(files(
                                    "{\"r\": a\u001b[31m}".getBytes(UTF_8),
                                    adapter().weights())),
                            List.of(),
                            CONFIG));

            for (PfmRun run : runs) {
                assertThat(run.err().strip()).doesNotContainPattern("\\p{Cntrl}|[\\u0080-\\u009f]");
            }
        }
    }

    /** Nested repetitions, some of them of nothing at all: those run without looking at a single character. */
    static Stream<String> endlessRegexes() {
        return Stream.of(
                "(a+)+$",
                "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x",
                "(.*)*(.*)*(.*)*\\1(.*)*x",
                "([a-z_.0-9]+)+$!",
                "((.*)\\2)*((.*)\\4)*((.*)\\6)*((.*)\\8)*x",
                "(model|mode|l|o|d|e|.)*(model|mode|l|o|d|e|.)*(model|mode|l|o|d|e|.)*(.*)*x",
                "(([a-z]+)+\\.?)+(([a-z]+)+\\.?)+(([a-z]+)+\\.?)+(([a-z]+)+\\.?)+$!",
                "((){120000}){120000}x",
                "((?:){120000}){120000}x",
                ".*" + "(|)".repeat(40) + "x",
                ".*" + "($|\\Z)".repeat(40) + "x",
                ".*" + "(a?|b?)".repeat(40) + "x",
                ".*" + "(a?)?".repeat(40) + "x",
                ".*" + "(?:a{0,1}){0,1}".repeat(40) + "x",
                "((((x{0}){999}){999}){999}){999}x",
                "((((?P<n>){999}){999}){999}){999}x");
    }

    static Stream<Arguments> unsupportedFields() {
        return Stream.of(
                Arguments.of("alora_invocation_tokens", List.of(1, 2)),
                Arguments.of("arrow_config", Map.of("top_k", 3)),
                Arguments.of("ensure_weight_tying", true),
                Arguments.of("kasa_config", Map.of("beta", 1)),
                Arguments.of("layer_replication", List.of(List.of(0, 2))),
                Arguments.of("megatron_config", Map.of("a", 1)),
                Arguments.of("monteclora_config", Map.of("a", 1)),
                Arguments.of("target_parameters", List.of("experts.gate_up_proj")),
                Arguments.of("trainable_token_indices", List.of(1)),
                Arguments.of("trainable_token_indices", Map.of("embed_tokens", List.of(1))),
                Arguments.of("use_bdlora", Map.of("a", 1)),
                Arguments.of("use_bdlora", true),
                Arguments.of("use_qalora", true),
                Arguments.of("velora_config", Map.of("a", 1)),
                Arguments.of("peft_type", "LOHA"),
                Arguments.of("peft_type", "ADALORA"),
                Arguments.of("peft_type", "lora"),
                Arguments.of("peft_type", null),
                Arguments.of("bias", "some"),
                Arguments.of("layers_pattern", "lay.*"));
    }

    static Stream<Object> unknownValues() {
        return Stream.of(1, 0, true, "x", List.of(0), Map.of("a", false));
    }

    static Stream<Arguments> harmlessFields() {
        return Stream.of(
                Arguments.of("feature_of_2027", null),
                Arguments.of("feature_of_2027", false),
                Arguments.of("feature_of_2027", List.of()),
                Arguments.of("feature_of_2027", Map.of()),
                Arguments.of("feature_of_2027", ""),
                Arguments.of("qalora_group_size", 16),
                Arguments.of("megatron_core", "megatron.core"),
                Arguments.of("base_model_name_or_path", null),
                Arguments.of("base_model_name_or_path", "C:\\Users\\somebody\\model"),
                Arguments.of("revision", "main"),
                Arguments.of("peft_version", "0.99.0"),
                Arguments.of("lora_dropout", 0),
                Arguments.of("inference_mode", false),
                Arguments.of("auto_mapping", Map.of("base_model_class", "X")),
                Arguments.of("eva_config", Map.of("rho", 2)),
                Arguments.of("loftq_config", Map.of("loftq_bits", 4)),
                Arguments.of("runtime_config", Map.of("ephemeral_gpu_offload", false)),
                Arguments.of("task_type", "CAUSAL_LM"),
                Arguments.of("init_lora_weights", true),
                Arguments.of("init_lora_weights", false),
                Arguments.of("init_lora_weights", "gaussian"),
                Arguments.of("init_lora_weights", "eva"),
                Arguments.of("init_lora_weights", "orthogonal"),
                Arguments.of("init_lora_weights", null));
    }

    static Stream<Arguments> wrongValues() {
        return Stream.of(
                Arguments.of("r", 0),
                Arguments.of("r", -4),
                Arguments.of("r", 4.5),
                Arguments.of("r", "4"),
                Arguments.of("r", null),
                Arguments.of("r", 4_000_000_000L),
                Arguments.of("r", List.of(4)),
                Arguments.of("lora_alpha", "8"),
                Arguments.of("lora_alpha", null),
                Arguments.of("lora_alpha", true),
                Arguments.of("lora_alpha", 1e300),
                Arguments.of("rank_pattern", List.of(4)),
                Arguments.of("rank_pattern", Map.of("q_proj", 0)),
                Arguments.of("rank_pattern", Map.of("q_proj", "4")),
                Arguments.of("alpha_pattern", "q_proj"),
                Arguments.of("alpha_pattern", Map.of("q_proj", "4")),
                Arguments.of("target_modules", 7),
                Arguments.of("target_modules", List.of(7)),
                Arguments.of("target_modules", Map.of("q_proj", true)),
                Arguments.of("exclude_modules", 7),
                Arguments.of("modules_to_save", 7),
                Arguments.of("modules_to_save", List.of(List.of("lm_head"))),
                Arguments.of("layers_to_transform", "1"),
                Arguments.of("layers_to_transform", List.of(1.5)),
                Arguments.of("layers_to_transform", List.of("1")),
                Arguments.of("layers_pattern", 7),
                Arguments.of("use_dora", "yes"),
                Arguments.of("use_rslora", 1),
                Arguments.of("lora_bias", "true"),
                Arguments.of("fan_in_fan_out", 0),
                Arguments.of("bias", true));
    }

    static Stream<Arguments> brokenConfigs() {
        String sound = adapter().configText();
        byte[] notUtf8 = sound.getBytes(UTF_8);
        notUtf8[sound.indexOf("tiny")] = (byte) 0xc0;
        return Stream.of(
                Arguments.of("nothing", new byte[0]),
                Arguments.of("blanks", "  \n".getBytes(UTF_8)),
                Arguments.of("a list", "[]".getBytes(UTF_8)),
                Arguments.of("null", "null".getBytes(UTF_8)),
                Arguments.of("an empty object", "{}".getBytes(UTF_8)),
                Arguments.of("cut short", sound.substring(0, sound.length() / 2).getBytes(UTF_8)),
                Arguments.of("two objects", (sound + sound).getBytes(UTF_8)),
                Arguments.of("text behind", (sound + "x").getBytes(UTF_8)),
                Arguments.of("a byte order mark", ("\ufeff" + sound).getBytes(UTF_8)),
                Arguments.of("UTF-16", sound.getBytes(java.nio.charset.StandardCharsets.UTF_16)),
                Arguments.of("malformed UTF-8", notUtf8),
                Arguments.of("a comment", sound.replaceFirst("\\{", "{ // x\n").getBytes(UTF_8)),
                Arguments.of("a trailing comma", sound.replace("\n}", ",\n}").getBytes(UTF_8)),
                Arguments.of(
                        "NaN",
                        sound.replace("\"lora_alpha\": 8", "\"lora_alpha\": NaN")
                                .getBytes(UTF_8)),
                Arguments.of(
                        "an infinite number",
                        sound.replace("\"lora_alpha\": 8", "\"lora_alpha\": 1e999")
                                .getBytes(UTF_8)),
                Arguments.of(
                        "a number of 5000 digits",
                        sound.replace("\"lora_alpha\": 8", "\"lora_alpha\": " + "9".repeat(5000))
                                .getBytes(UTF_8)),
                Arguments.of(
                        "nesting 200 deep",
                        sound.replace("\"eva_config\": null", "\"eva_config\": " + "[".repeat(200) + "]".repeat(200))
                                .getBytes(UTF_8)),
                Arguments.of(
                        "two megabytes",
                        sound.replace("\n}", ", \"x\": \"" + " ".repeat(2_000_000) + "\"}")
                                .getBytes(UTF_8)),
                Arguments.of(
                        "a Git LFS pointer",
                        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".getBytes(UTF_8)),
                Arguments.of(
                        "a key twice inside",
                        sound.replace("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 4, \"q_proj\": 4}")
                                .getBytes(UTF_8)));
    }

    @Nested
    @DisplayName("files:")
    class AdapterFiles {
        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.HostileFiles#all")
        @DisplayName("an adapter's tensors with")
        void hostileAdapter(HostileFiles.Hostile file) {
            Path adapter = files(adapter().configText().getBytes(UTF_8), file.bytes());

            PfmRun run = quickly(() -> bench.refuse(
                    bench.write(MODEL),
                    List.of(adapter),
                    List.of(),
                    adapter.resolve(WEIGHTS).toString()));

            assertThat(run.err().strip()).doesNotContainPattern("\\p{Cntrl}").hasSizeLessThan(1000);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.HostileFiles#all")
        @DisplayName("a foundation's tensors with")
        void hostileFoundation(HostileFiles.Hostile file) {
            Path foundation = MemoryFiles.of(
                            "hostile", Map.of("model.safetensors", file.bytes(), "config.json", "{}".getBytes(UTF_8)))
                    .writeTo(bench.fresh("foundation"));

            PfmRun run = quickly(() -> bench.refuse(
                    foundation,
                    List.of(bench.write(adapter())),
                    List.of(),
                    foundation.resolve("model.safetensors").toString()));

            assertThat(run.err().strip()).doesNotContainPattern("\\p{Cntrl}").hasSizeLessThan(1000);
        }

        @Test
        @DisplayName("a Git LFS pointer, called so")
        void lfsPointer() {
            byte[] pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".getBytes(UTF_8);

            bench.refuse(
                    bench.write(MODEL),
                    List.of(files(adapter().configText().getBytes(UTF_8), pointer)),
                    List.of(),
                    WEIGHTS,
                    "Git LFS");
        }

        @Test
        @DisplayName("a pickle, which is never loaded")
        void pickle() {
            Path adapter = MemoryFiles.of(
                            "",
                            Map.of(
                                    CONFIG,
                                    adapter().configText().getBytes(UTF_8),
                                    "adapter_model.bin",
                                    adapter().weights()))
                    .writeTo(bench.fresh("adapter"));

            bench.refuse(bench.write(MODEL), List.of(adapter), List.of(), adapter.toString(), "pickle");
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {CONFIG, WEIGHTS})
        @DisplayName("an adapter without")
        void missing(String file) throws IOException {
            Path adapter = bench.write(adapter());
            Files.delete(adapter.resolve(file));
            bench.refuse(bench.write(MODEL), List.of(adapter), List.of(), adapter.toString(), file);

            Files.createDirectory(adapter.resolve(file));
            bench.refuse(bench.write(MODEL), List.of(adapter), List.of(), adapter.toString(), file);
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {CONFIG, WEIGHTS})
        @DisplayName("an adapter with a link that leaves it:")
        void links(String file) throws IOException {
            Path adapter = bench.write(adapter());
            Path outside = bench.fresh("outside");
            Files.move(adapter.resolve(file), outside);
            Files.createSymbolicLink(adapter.resolve(file), outside);

            bench.refuse(bench.write(MODEL), List.of(adapter), List.of(), adapter.toString(), file);
        }

        @Test
        @DisplayName("an adapter without tensors")
        void noTensors() {
            bench.refuse(MODEL, TinyAdapters.empty(MODEL, SEED), WEIGHTS);
        }

        @Test
        @DisplayName("a foundation without weights, with pickled ones, or with two sets of them")
        void foundationFiles() throws IOException {
            List<Path> adapters = List.of(bench.write(adapter()));
            Path empty = Files.createDirectory(bench.fresh("empty"));
            bench.refuse(empty, adapters, List.of(), empty.toString(), "model.safetensors");

            Files.write(empty.resolve("pytorch_model.bin"), new byte[10]);
            bench.refuse(empty, adapters, List.of(), empty.toString(), "pytorch_model");

            Path both = bench.write(MODEL);
            MODEL.sharded(2).writeTo(both);
            bench.refuse(both, adapters, List.of(), both.toString(), "both");
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#brokenConfigJson")
        @DisplayName("a foundation whose config.json is")
        void brokenFoundationConfig(String what, String text) throws IOException {
            Path foundation = bench.write(MODEL);
            Files.writeString(foundation.resolve("config.json"), text);

            bench.refuse(
                    foundation,
                    List.of(bench.write(adapter())),
                    List.of(),
                    foundation.resolve("config.json").toString());
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#brokenIndexes")
        @DisplayName("a shard index with")
        void brokenIndex(String what, String from, String to, String named) throws IOException {
            Path foundation = bench.write(MODEL.sharded(2));
            Path index = foundation.resolve("model.safetensors.index.json");
            String text = Files.readString(index);
            assertThat(text).contains(from);
            Files.writeString(index, text.replace(from, to));

            bench.refuse(foundation, List.of(bench.write(adapter())), List.of(), foundation.toString(), named);
        }

        @Test
        @DisplayName("a shard that is not there, or holds what the index does not know")
        void shards() throws IOException {
            List<Path> adapters = List.of(bench.write(adapter()));
            Path missing = bench.write(MODEL.sharded(2));
            Files.delete(missing.resolve("model-00002-of-00002.safetensors"));
            bench.refuse(missing, adapters, List.of(), "model-00002-of-00002.safetensors");

            Path more = bench.write(MODEL.sharded(2));
            StoredTensor extra = StoredTensor.of(FloatType.F32, new long[] {1}, 1);
            Path other = bench.write(MODEL.withTensor("model.zzz", extra).sharded(2));
            Files.copy(
                    other.resolve("model-00002-of-00002.safetensors"),
                    more.resolve("model-00002-of-00002.safetensors"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            bench.refuse(more, adapters, List.of(), "model-00002-of-00002.safetensors");
        }
    }

    static Stream<Arguments> brokenConfigJson() {
        return Stream.of(
                Arguments.of("nothing", ""),
                Arguments.of("a list", "[]"),
                Arguments.of("cut short", "{\"model_type\": \"llama\""),
                Arguments.of("ambiguous", "{\"model_type\": \"llama\", \"model_type\": \"gpt2\"}"));
    }

    static Stream<Arguments> brokenIndexes() {
        String entry = "\"model.norm.weight\": \"model-00002-of-00002.safetensors\"";
        String index = "model.safetensors.index.json";
        return Stream.of(
                Arguments.of("broken JSON", "{", "", index),
                Arguments.of("no weight_map", "\"weight_map\"", "\"weight_mop\"", index),
                Arguments.of(
                        "a weight_map that is text", "\"weight_map\": {", "\"weight_map\": \"x\", \"y\": {", index),
                Arguments.of("a tensor twice", entry, entry + ", " + entry, index),
                Arguments.of(
                        "a tensor left out", entry, "\"x\": \"model-00002-of-00002.safetensors\"", "model.norm.weight"),
                Arguments.of("a tensor too many", entry, entry + ", \"x\": \"model-00002-of-00002.safetensors\"", "x"),
                Arguments.of(
                        "a tensor in another shard than it says",
                        entry,
                        "\"model.norm.weight\": \"model-00001-of-00002.safetensors\"",
                        "model.norm.weight"),
                Arguments.of(
                        "a shard that is not there",
                        entry,
                        "\"model.norm.weight\": \"other.safetensors\"",
                        "other.safetensors"),
                Arguments.of("a shard elsewhere", entry, "\"model.norm.weight\": \"../x.safetensors\"", index),
                Arguments.of("a shard by its full path", entry, "\"model.norm.weight\": \"/tmp/x.safetensors\"", index),
                Arguments.of("a shard of another kind", entry, "\"model.norm.weight\": \"x.bin\"", "model.norm.weight"),
                Arguments.of("a shard that is null", entry, "\"model.norm.weight\": null", "model.norm.weight"),
                Arguments.of("a shard that is a list", entry, "\"model.norm.weight\": []", "model.norm.weight"));
    }

    @Nested
    @DisplayName("adapters that contradict themselves or the foundation:")
    class Misfits {
        @ParameterizedTest(name = "{0}")
        @MethodSource("io.privatefm.server.cli.RefusedInputTest#misfits")
        @DisplayName("with")
        void misfit(String what, Consumer<TinyAdapter> change, String[] fragments) {
            TinyAdapter adapter = adapter();
            change.accept(adapter);

            bench.refuse(MODEL, adapter, fragments);
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"F64", "I8", "U8", "F8_E4M3", "BOOL", "F4", "C64"})
        @DisplayName("factors of another dtype:")
        void dtypes(String dtype) {
            int bits = Map.of("F64", 64, "C64", 64, "F4", 4).getOrDefault(dtype, 8);
            TinyAdapter adapter = adapter()
                    .put(
                            KEY + ".lora_A.weight",
                            StoredTensor.raw(dtype, new long[] {4, 24}, new byte[4 * 24 * bits / 8]));

            bench.refuse(MODEL, adapter, WEIGHTS, KEY + ".lora_A.weight", dtype);
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"F8_E4M3", "F8_E5M2", "I8", "U8", "F64", "F4"})
        @DisplayName("a target that is no float of 16 or 32 bits:")
        void baseDtypes(String dtype) {
            int bits = Map.of("F64", 64, "F4", 4).getOrDefault(dtype, 8);
            TinyModel quantised = MODEL.withTensor(
                    Q0 + ".weight", StoredTensor.raw(dtype, new long[] {24, 24}, new byte[24 * 24 * bits / 8]));

            bench.refuse(quantised, adapter(), Q0 + ".weight", dtype);
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"I32", "F64", "U8", "BOOL", "F4"})
        @DisplayName("base values of another kind of dtype:")
        void baseValues(String dtype) {
            int bits = Map.of("F64", 64, "I32", 32, "F4", 4).getOrDefault(dtype, 8);
            String weight = KEY + ".base_layer.weight";
            String bias = KEY + ".base_layer.bias";
            StoredTensor weights = StoredTensor.raw(dtype, new long[] {24, 24}, new byte[24 * 24 * bits / 8]);
            StoredTensor biases = StoredTensor.raw(dtype, new long[] {24}, new byte[24 * bits / 8]);

            bench.refuse(MODEL, adapter().put(weight, weights), WEIGHTS, weight, dtype);
            bench.refuse(MODEL, adapter().set("bias", "lora_only").put(bias, biases), WEIGHTS, bias, dtype);
        }

        @Test
        @DisplayName("a foundation of other sizes")
        void otherBase() {
            TinyModel other = TinyModels.llama(SEED, FloatType.BF16, false)
                    .withTensor(Q0 + ".weight", StoredTensor.of(FloatType.BF16, new long[] {32, 32}, new float[1024]))
                    .withTensor(Q1 + ".weight", StoredTensor.of(FloatType.BF16, new long[] {32, 32}, new float[1024]));

            bench.refuse(other, adapter(), WEIGHTS, KEY + ".lora_A.weight", "[32, 32]");
            bench.refuse(TinyModels.gpt2(SEED, FloatType.BF16), adapter(), WEIGHTS, Q0 + ".weight");
            bench.refuse(TinyModels.bert(SEED, FloatType.BF16), adapter(), WEIGHTS, Q0 + ".weight");
        }
    }

    static Stream<Arguments> misfits() {
        String a = KEY + ".lora_A.weight";
        String b = KEY + ".lora_B.weight";
        return Stream.of(
                bad("no factor A", adapter -> adapter.remove(a), WEIGHTS, Q0),
                bad("no factor B", adapter -> adapter.remove(b), WEIGHTS, Q0),
                bad("no factors for a target", adapter -> adapter.remove(a).remove(b), WEIGHTS, Q0),
                bad("factors for what is no target", adapter -> adapter.set("target_modules", List.of("k_proj")), Q0),
                bad("no targets at all", adapter -> adapter.set("target_modules", List.of()), Q0),
                bad("another rank than it says", adapter -> adapter.set("r", 8), WEIGHTS, a),
                bad("different ranks of A and B", adapter -> adapter.random(b, 24, 5), WEIGHTS, a),
                bad("an A for fewer inputs", adapter -> adapter.random(a, 4, 23), WEIGHTS, a),
                bad("a B for more outputs", adapter -> adapter.random(b, 25, 4), WEIGHTS, a),
                bad("a transposed A", adapter -> adapter.random(a, 24, 4), WEIGHTS, a),
                bad("an A of one dimension", adapter -> adapter.random(a, 96), WEIGHTS, a),
                bad("an A without dimensions", adapter -> adapter.random(a), WEIGHTS, a),
                bad("an A of three dimensions", adapter -> adapter.random(a, 4, 24, 1), WEIGHTS, a),
                bad("an A without elements", adapter -> adapter.random(a, 4, 0), WEIGHTS, a),
                bad("a key without its prefix", adapter -> adapter.rename(a, Q0 + ".lora_A.weight"), WEIGHTS, Q0),
                bad("no key with its prefix", RefusedInputTest::stripPrefixes, WEIGHTS, Q0),
                bad(
                        "an adapter's name in a key",
                        adapter -> adapter.rename(a, KEY + ".lora_A.default.weight"),
                        WEIGHTS,
                        Q0),
                bad(
                        "an unknown part",
                        adapter -> adapter.random(KEY + ".lora_C.weight", 4, 4),
                        WEIGHTS,
                        KEY + ".lora_C.weight"),
                bad("an unknown tensor", adapter -> adapter.random(KEY + ".extra", 4), WEIGHTS, KEY + ".extra"),
                bad(
                        "a whole weight unasked",
                        adapter -> adapter.random("base_model.model.model.norm.weight", 24),
                        "model.norm.weight"),
                bad("a bias unasked", adapter -> adapter.random(KEY + ".bias", 24), KEY + ".bias"),
                bad(
                        "a layer that is not there",
                        RefusedInputTest::unknownLayer,
                        WEIGHTS,
                        "model.layers.9.self_attn.q_proj"),
                bad("linear and embedding factors on one module", RefusedInputTest::twoPairs, WEIGHTS, Q0),
                bad(
                        "half an embedding pair beside linear factors",
                        adapter -> adapter.random(KEY + ".lora_embedding_A", 4, 24),
                        WEIGHTS,
                        Q0),
                bad(
                        "a magnitude without use_dora",
                        adapter -> adapter.random(KEY + ".lora_magnitude_vector", 24),
                        WEIGHTS,
                        Q0),
                bad("use_dora without magnitudes", adapter -> adapter.set("use_dora", true), WEIGHTS, Q0),
                bad(
                        "one magnitude missing",
                        adapter -> adapter.dora().remove(KEY + ".lora_magnitude_vector"),
                        WEIGHTS,
                        Q0),
                bad(
                        "a magnitude of another length",
                        adapter -> adapter.dora().random(KEY + ".lora_magnitude_vector", 23),
                        WEIGHTS,
                        KEY + ".lora_magnitude_vector"),
                bad(
                        "a magnitude with a row more",
                        adapter -> adapter.dora().random(KEY + ".lora_magnitude_vector", 1, 24),
                        WEIGHTS,
                        KEY + ".lora_magnitude_vector"),
                bad(
                        "a magnitude under both of its names",
                        adapter -> adapter.dora().random(KEY + ".lora_magnitude_vector.weight", 24),
                        WEIGHTS,
                        Q0),
                bad(
                        "a magnitude alone",
                        adapter -> adapter.set("use_dora", true)
                                .remove(a)
                                .remove(b)
                                .random(KEY + ".lora_magnitude_vector", 24),
                        WEIGHTS,
                        Q0),
                bad("a zero magnitude of a zero norm", RefusedInputTest::zeroNorm, Q0 + ".weight"),
                bad("lora_B.bias without lora_bias", adapter -> adapter.random(KEY + ".lora_B.bias", 24), WEIGHTS, Q0),
                bad("lora_bias without lora_B.bias", adapter -> adapter.set("lora_bias", true), WEIGHTS, Q0),
                bad(
                        "a lora_B.bias of another length",
                        adapter -> adapter.loraBias().random(KEY + ".lora_B.bias", 23),
                        WEIGHTS,
                        KEY + ".lora_B.bias"),
                bad(
                        "trainable tokens",
                        adapter -> adapter.random(
                                "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta", 1, 24),
                        WEIGHTS,
                        "trainable_tokens_delta"),
                bad(
                        "an adapter in an adapter",
                        adapter -> adapter.random(KEY + ".base_layer.lora_A.weight", 4, 24),
                        WEIGHTS,
                        KEY + ".base_layer.lora_A.weight"),
                bad(
                        "base values of another shape",
                        adapter -> adapter.random(KEY + ".base_layer.weight", 24, 23),
                        WEIGHTS,
                        KEY + ".base_layer.weight"),
                bad(
                        "a module to save that is not there",
                        adapter -> adapter.set("modules_to_save", List.of("lm_head")),
                        WEIGHTS,
                        "lm_head.weight"),
                bad(
                        "a module to save of another shape",
                        adapter -> adapter.set("modules_to_save", List.of("lm_head"))
                                .whole("lm_head.weight", 49, 24),
                        WEIGHTS,
                        "lm_head.weight"),
                bad("a NaN in A", adapter -> adapter.change(a, tensor -> tensor.with(3, Float.NaN)), WEIGHTS, a, "NaN"),
                bad(
                        "a NaN in B",
                        adapter -> adapter.change(b, tensor -> tensor.with(95, Float.NaN)),
                        WEIGHTS,
                        b,
                        "NaN"),
                bad(
                        "an infinity in A",
                        adapter -> adapter.change(a, tensor -> tensor.with(0, Float.POSITIVE_INFINITY)),
                        WEIGHTS,
                        a,
                        "Infinity"),
                bad(
                        "a negative infinity in B",
                        adapter -> adapter.change(b, tensor -> tensor.with(0, Float.NEGATIVE_INFINITY)),
                        WEIGHTS,
                        b,
                        "Infinity"),
                bad(
                        "a NaN in 16 bits",
                        adapter -> adapter.change(
                                a, tensor -> tensor.to(FloatType.BF16).with(3, Float.NaN)),
                        WEIGHTS,
                        a,
                        "NaN"),
                bad(
                        "a NaN in a magnitude",
                        adapter -> adapter.dora()
                                .change(KEY + ".lora_magnitude_vector", tensor -> tensor.with(5, Float.NaN)),
                        WEIGHTS,
                        KEY + ".lora_magnitude_vector"),
                bad(
                        "a NaN in a head",
                        adapter -> adapter.set("task_type", "SEQ_CLS")
                                .whole("score.weight", 2, 24)
                                .change("base_model.model.score.weight", tensor -> tensor.with(5, Float.NaN)),
                        WEIGHTS,
                        "score.weight"),
                bad(
                        "a NaN in a head of 64 bits",
                        adapter -> adapter.set("task_type", "SEQ_CLS")
                                .put("base_model.model.score.weight", StoredTensor.raw("F64", new long[] {1}, nan64())),
                        WEIGHTS,
                        "score.weight"));
    }

    private static void stripPrefixes(TinyAdapter adapter) {
        adapter.keys().forEach(key -> adapter.rename(key, key.substring("base_model.model.".length())));
    }

    private static void unknownLayer(TinyAdapter adapter) {
        adapter.random("base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight", 4, 24);
        adapter.random("base_model.model.model.layers.9.self_attn.q_proj.lora_B.weight", 24, 4);
    }

    private static void twoPairs(TinyAdapter adapter) {
        adapter.random(KEY + ".lora_embedding_A", 4, 24).random(KEY + ".lora_embedding_B", 24, 4);
    }

    private static void zeroNorm(TinyAdapter adapter) {
        adapter.dora()
                .changeAll(".lora_B.weight", StoredTensor::zeros)
                .put(KEY + ".base_layer.weight", StoredTensor.of(FloatType.F32, new long[] {24, 24}, new float[576]));
    }

    private static byte[] nan64() {
        return new byte[] {0, 0, 0, 0, 0, 0, (byte) 0xf8, 0x7f};
    }

    @Nested
    @DisplayName("results that are not finite:")
    class Overflow {
        @ParameterizedTest(name = "{0}")
        @EnumSource(FloatType.class)
        @DisplayName("an overflow of the foundation's dtype, by tensor:")
        void overflow(FloatType type) {
            TinyModel model = TinyModels.llama(SEED, type, false);
            float most = (float) type.largest();
            TinyModel large = model.withTensor(
                    Q1 + ".weight", model.tensor(Q1 + ".weight").with(100, most).with(101, -most));
            float step = type == FloatType.F16 ? 64 : type == FloatType.BF16 ? 0x1p119f : 0x1p103f;
            TinyAdapter adapter = TinyAdapters.empty(model, SEED).rank(1, 1).target("q_proj");
            adapter.changeAll("lora_A.weight", tensor -> tensor.zeros().with(100 % 24, 2 * step));
            adapter.changeAll("lora_B.weight", tensor -> tensor.zeros().with(100 / 24, 1));

            bench.refuse(large, adapter, Q1 + ".weight", "element 100", "Infinity");
            bench.merge(large, adapter.changeAll("lora_A.weight", tensor -> tensor.with(100 % 24, step / 8)));
        }

        @Test
        @DisplayName("an overflow of the update alone")
        void updateOverflows() {
            TinyAdapter adapter = adapter()
                    .change(KEY + ".lora_A.weight", tensor -> tensor.with(0, 3e38f))
                    .change(KEY + ".lora_B.weight", tensor -> tensor.with(0, 3e38f));

            bench.refuse(MODEL, adapter, Q0 + ".weight");
        }

        @Test
        @DisplayName("a NaN in a tensor of the foundation that changes")
        void foundation() {
            TinyModel broken = MODEL.withTensor(
                    Q1 + ".weight", MODEL.tensor(Q1 + ".weight").with(7, Float.NaN));

            bench.refuse(broken, adapter(), Q1 + ".weight", "element 7");
        }

        @Test
        @DisplayName("a whole tensor that its place cannot hold")
        void savedOverflow() {
            TinyModel model = TinyModels.llama(SEED, FloatType.F16, false);
            TinyAdapter adapter = TinyAdapters.plain(model, SEED, "q_proj")
                    .set("modules_to_save", List.of("lm_head"))
                    .whole("lm_head.weight", 48, 24)
                    .change("base_model.model.lm_head.weight", tensor -> tensor.with(9, 70_000));

            bench.refuse(model, adapter, "lm_head.weight", "element 9");
        }
    }

    @Nested
    @DisplayName("command lines:")
    class CommandLines {
        private final List<String> two = List.of("--weight", "1", "--weight", "2");

        private void refuseOptions(List<?> options, String... fragments) {
            bench.refuse(bench.write(MODEL), List.of(bench.write(adapter())), options, fragments);
        }

        @Test
        @DisplayName("more or fewer weights than adapters")
        void weights() {
            Path base = bench.write(MODEL);
            Path adapter = bench.write(adapter());
            bench.refuse(base, List.of(adapter), two, "1 adapters", "2 weights");
            bench.refuse(base, List.of(adapter, adapter, adapter), two, "3 adapters", "2 weights");
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e39", "x", ""})
        @DisplayName("a weight that is no finite number:")
        void weight(String weight) {
            refuseOptions(List.of("--weight=" + weight), "weight");
        }

        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "--rounding=up",
                    "--threads=0",
                    "--threads=-1",
                    "--threads=x",
                    "--max-shard-size=0",
                    "--max-shard-size=-5",
                    "--max-shard-size=9999999999999999999",
                    "--no-such-option",
                    "stray"
                })
        @DisplayName("an option out of range or unknown:")
        void options(String option) {
            refuseOptions(List.of(option));
        }

        @Test
        @DisplayName("an --out that is there already, whatever it is")
        void outExists() throws IOException {
            Path base = bench.write(MODEL);
            Path adapter = bench.write(adapter());
            Path directory = Files.createDirectory(bench.fresh("directory"));
            Path file = Files.writeString(bench.fresh("file"), "precious");
            Path link = Files.createSymbolicLink(bench.fresh("link"), bench.fresh("nowhere"));
            for (Path out : List.of(directory, file, link)) {
                List<Path> before = listing();
                PfmRun.of("merge", "--foundation", base, "--adapter", adapter, "--out", out)
                        .assertRefused(out.toString());
                assertThat(listing()).isEqualTo(before);
            }
            assertThat(file).hasContent("precious");
            assertThat(directory).isEmptyDirectory();
        }

        @Test
        @DisplayName("an --out in a folder that is not there")
        void outParent() throws IOException {
            Path base = bench.write(MODEL);
            Path adapter = bench.write(adapter());
            Path file = Files.writeString(bench.fresh("file"), "precious");
            for (Path parent : List.of(bench.fresh("nowhere"), file)) {
                List<Path> before = listing();
                PfmRun.of("merge", "--foundation", base, "--adapter", adapter, "--out", parent.resolve("out"))
                        .assertRefused(parent.toString());
                assertThat(listing()).isEqualTo(before);
            }
        }

        @Test
        @DisplayName("a foundation or an adapter that is not there or no directory")
        void inputsMissing() throws IOException {
            Path base = bench.write(MODEL);
            Path adapter = bench.write(adapter());
            Path file = Files.writeString(bench.fresh("file"), "precious");
            for (Path missing : List.of(bench.fresh("nowhere"), file)) {
                bench.refuse(missing, List.of(adapter), List.of(), missing.toString());
                bench.refuse(base, List.of(missing), List.of(), missing.toString());
                bench.refuse(base, List.of(adapter, missing), List.of(), missing.toString());
            }
        }

        @Test
        @DisplayName("required options left out")
        void required() {
            Path base = bench.write(MODEL);
            Path adapter = bench.write(adapter());
            Path out = bench.fresh("out");
            List<List<Object>> commands = List.of(
                    List.of("merge", "--adapter", adapter, "--out", out),
                    List.of("merge", "--foundation", base, "--out", out),
                    List.of("merge", "--foundation", base, "--adapter", adapter),
                    List.of("verify", base),
                    List.of("hash"),
                    List.of("export", "--home", base),
                    List.of("no-such-command"));
            for (List<Object> command : commands) {
                PfmRun.of(command.toArray()).assertRefused();
            }
            assertThat(out).doesNotExist();
        }

        private List<Path> listing() throws IOException {
            try (Stream<Path> files = Files.list(dir)) {
                return new ArrayList<>(files.sorted().toList());
            }
        }
    }

    private Path files(byte[] config, byte[] weights) {
        return MemoryFiles.of("", Map.of(CONFIG, config, WEIGHTS, weights)).writeTo(bench.fresh("adapter"));
    }

    /** An adversary's input must not cost more than an honest one's by orders of magnitude. */
    private static PfmRun quickly(org.junit.jupiter.api.function.ThrowingSupplier<PfmRun> run) {
        return assertTimeoutPreemptively(Duration.ofSeconds(20), run);
    }
}
