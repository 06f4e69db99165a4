/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static io.privatefm.core.model.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In JSON, a single quote stands for a double one. */
@DisplayName("A model directory")
class ModelDirectoryTest {
    private static final FormatLimits LIMITS = new FormatLimits(4096, 10, 2048);
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";
    private static final String INDEX =
            "{'metadata':{'total_size':6},'weight_map':{'a':'" + FIRST + "','c':'" + FIRST + "','b':'" + SECOND + "'}}";

    private final InMemoryModelFiles files = new InMemoryModelFiles();

    @AfterEach
    void everyHandleIsClosed() {
        assertThat(files.openHandles()).as("open handles").isZero();
    }

    @Test
    @DisplayName("may be one file, and gives its tensors by name")
    void single() {
        files.put("model.safetensors", weights("c", "a", "B")).put("tokenizer.json", "{}");
        try (ModelDirectory model = open()) {
            assertThat(model.tensors().keySet()).containsExactly("B", "a", "c");
            assertThat(model.config()).isEqualTo(ModelConfig.UNKNOWN);
            assertThat(model.files()).isSameAs(files);
            assertThat(bytesOf(model, "c")).containsExactly('c', 'c');
        }
    }

    @Test
    @DisplayName("may be shards with an index, and gives the tensors of all by name")
    void sharded() {
        putShards();
        try (ModelDirectory model = open()) {
            assertThat(model.tensors().keySet()).containsExactly("a", "b", "c");
            assertThat(files.openHandles()).isEqualTo(2);
            assertThat(bytesOf(model, "a")).containsExactly('a', 'a');
            assertThat(bytesOf(model, "b")).containsExactly('b', 'b');
            assertThat(bytesOf(model, "c")).containsExactly('c', 'c');
        }
    }

    @Test
    @DisplayName("may be a single shard of any name that ends in .safetensors")
    void oneShard() {
        files.put(ModelDirectory.INDEX_FILE, json("{'weight_map':{'a':'weights.safetensors'}}"))
                .put("weights.safetensors", weights("a"));
        try (ModelDirectory model = open()) {
            assertThat(model.tensors()).containsOnlyKeys("a");
        }
    }

    @Test
    @DisplayName("may hold files that the index does not name, which are left alone")
    void strangers() {
        putShards();
        files.put("model-00001-of-00009.safetensors", "not even safetensors").put("pytorch_model.bin", "pickle");
        try (ModelDirectory model = open()) {
            assertThat(model.tensors()).hasSize(3);
        }
    }

    @Test
    @DisplayName("may have no tensors")
    void noTensors() {
        files.put("model.safetensors", weights());
        try (ModelDirectory model = open()) {
            assertThat(model.tensors()).isEmpty();
        }
    }

    @Test
    @DisplayName("does not take the files over: they can be opened again")
    void opensTwice() {
        files.put("model.safetensors", weights("a"));
        open().close();
        try (ModelDirectory model = open()) {
            assertThat(model.tensors()).hasSize(1);
        }
    }

    static Stream<Arguments> noWeights() {
        return Stream.of(
                arguments("nothing", new String[0], "holds neither model.safetensors nor model.safetensors.index.json"),
                arguments("other files", new String[] {"config.json", FIRST}, "holds neither model.safetensors nor"),
                arguments(
                        "names in capitals", new String[] {"MODEL.SAFETENSORS"}, "holds neither model.safetensors nor"),
                arguments("pickled weights", new String[] {"pytorch_model.bin"}, "holds pickled weights"),
                arguments(
                        "pickled shards",
                        new String[] {"pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json"},
                        "holds pickled weights (pytorch_model*.bin), which are never loaded; convert them to safetensors"),
                arguments(
                        "one file and an index",
                        new String[] {"model.safetensors", "model.safetensors.index.json"},
                        "holds both model.safetensors and model.safetensors.index.json"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noWeights")
    @DisplayName("is refused, by its location, if it holds")
    void noWeights(String what, String[] names, String reason) {
        for (String name : names) {
            files.put(name, weights());
        }
        assertRefused(this::open, ErrorCode.MODEL_INVALID, InMemoryModelFiles.LOCATION, null, reason);
    }

    static Stream<Arguments> badIndexes() {
        String noMap = "has no weight_map";
        String notSafetensors = "weight_map must name a .safetensors file";
        return Stream.of(
                arguments("empty", "", null, "must be a JSON object"),
                arguments("a list", "[]", null, "must be a JSON object"),
                arguments("not JSON", "weight_map", null, "malformed JSON: "),
                arguments("cut", INDEX.substring(0, INDEX.length() - 1), null, "malformed JSON: "),
                arguments("followed by more", INDEX + "{}", null, "malformed JSON: "),
                arguments("behind a byte order mark", "\uFEFF" + INDEX, null, "malformed JSON: "),
                arguments("too long", INDEX + " ".repeat(2048), null, "longer than 2048 bytes"),
                arguments("of two weight_maps", "{'weight_map':{},'weight_map':{}}", null, "malformed JSON: "),
                arguments("naming a tensor twice", "{'weight_map':{'a':'x','a':'x'}}", null, "malformed JSON: "),
                arguments("without weight_map", "{'metadata':{}}", null, noMap),
                arguments("with null", "{'weight_map':null}", null, noMap),
                arguments("with a list", "{'weight_map':['a']}", null, noMap),
                arguments("with nothing in it", "{'weight_map':{}}", null, noMap),
                arguments("of numbers", "{'weight_map':{'a':1}}", "a", notSafetensors),
                arguments("of nulls", "{'weight_map':{'a':null}}", "a", notSafetensors),
                arguments("of lists", "{'weight_map':{'a':['" + FIRST + "']}}", "a", notSafetensors),
                arguments("of a pickled shard", "{'weight_map':{'a':'pytorch_model.bin'}}", "a", notSafetensors),
                arguments("of itself", "{'weight_map':{'a':'model.safetensors.index.json'}}", "a", notSafetensors),
                arguments("in capitals", "{'weight_map':{'a':'MODEL.SAFETENSORS'}}", "a", notSafetensors),
                arguments("of an empty name", "{'weight_map':{'a':''}}", "a", notSafetensors));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badIndexes")
    @DisplayName("is refused if its index is")
    void badIndexes(String what, String index, @Nullable String tensor, String reason) {
        putShards();
        files.put(ModelDirectory.INDEX_FILE, json(index));
        assertIndexRefused(tensor, reason);
    }

    @Test
    @DisplayName("is refused if its index is not UTF-8")
    void indexNotUtf8() {
        putShards();
        files.put(ModelDirectory.INDEX_FILE, json(INDEX.replace("'a'", "'é'")).getBytes(StandardCharsets.ISO_8859_1));
        assertIndexRefused(null, "not valid UTF-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing.safetensors",
                "../model.safetensors",
                "../../secret/model.safetensors",
                "sub/model.safetensors",
                "/etc/model.safetensors",
                "./" + FIRST,
                "C:\\\\model.safetensors",
                "..\\\\model.safetensors",
                "file:///model.safetensors",
                ".safetensors"
            })
    @DisplayName("is refused if its index names a file that is not in it; a path is no name")
    void missingShard(String shard) {
        putShards();
        files.put(ModelDirectory.INDEX_FILE, json(INDEX.replace(SECOND, shard)));
        assertIndexRefused(
                null, "names the shard '" + shard.replace("\\\\", "\\") + "', which is not in the directory");
    }

    @Test
    @DisplayName("is refused if a shard holds a tensor that the index does not name")
    void tensorNotIndexed() {
        putShards();
        files.put(SECOND, weights("b", "d"));
        assertFileRefused(SECOND, "d", "is in this shard but not in model.safetensors.index.json");
    }

    @Test
    @DisplayName("is refused if a shard lacks a tensor that the index names")
    void tensorMissing() {
        putShards();
        files.put(FIRST, weights("a"));
        assertIndexRefused("c", "is not in the shard " + FIRST + " that the index names");
    }

    @Test
    @DisplayName("is refused if a tensor is in another shard than the index says")
    void tensorElsewhere() {
        putShards();
        files.put(ModelDirectory.INDEX_FILE, json(INDEX.replace("'c':'" + FIRST, "'c':'" + SECOND)));
        assertFileRefused(FIRST, "c", "is in this shard, but model.safetensors.index.json says " + SECOND);
    }

    @Test
    @DisplayName("is refused if a tensor is in two shards")
    void tensorTwice() {
        putShards();
        files.put(SECOND, weights("b", "a"));
        assertFileRefused(SECOND, "a", "is in this shard, but model.safetensors.index.json says " + FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST, SECOND})
    @DisplayName("is refused, and every shard closed, if one is broken")
    void brokenShard(String shard) {
        putShards();
        files.put(shard, "version https://git-lfs.github.com/spec/v1\n");
        assertFileRefused(shard, null, "is a Git LFS pointer");
    }

    @Test
    @DisplayName("is refused if its only file is broken")
    void brokenFile() {
        files.put("model.safetensors", "short");
        assertFileRefused("model.safetensors", null, "too short for a safetensors file");
    }

    static Stream<Arguments> foreignText() {
        return Stream.of(
                arguments("a tensor without a shard", "{'weight_map':{'a\\n\\u001b[31m':1}}"),
                arguments("a tensor's name, very long", "{'weight_map':{'" + "n".repeat(1500) + "':1}}"),
                arguments("a tensor that is missing", INDEX.replace("'c'", "'c\\n'")),
                arguments("a shard", INDEX.replace(SECOND, "\\u202e\\u001b[31m\\n.safetensors")),
                arguments("a shard's name, very long", INDEX.replace(SECOND, "n".repeat(1500) + ".safetensors")),
                arguments("a key twice", "{'\\n\\u001b[31m':0,'\\n\\u001b[31m':0}"),
                arguments("no JSON", "{\u202e}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("foreignText")
    @DisplayName("is refused in one printable line, whatever the index makes the message name:")
    void foreignText(String what, String index) {
        putShards();
        files.put(FIRST, weights("a")).put(ModelDirectory.INDEX_FILE, json(index));
        Throwable thrown = catchThrowable(this::open);
        assertThat(thrown).isExactlyInstanceOf(InvalidInputException.class);
        assertThat(thrown.getMessage()).matches("[\\x20-\\x7e…]{1,1000}");
    }

    @Test
    @DisplayName("tells what config.json says")
    void config() {
        putShards();
        files.put(
                "config.json",
                json("{'model_type':'llama','architectures':['LlamaForCausalLM','Other'],'tie_word_embeddings':true,"
                        + "'rms_norm_eps':1e-05,'rope_scaling':{'factor':32.0},'time_step_limit':[0.0,Infinity]}"));
        try (ModelDirectory model = open()) {
            assertThat(model.config()).isEqualTo(new ModelConfig("llama", "LlamaForCausalLM", Optional.of(true)));
        }
    }

    static Stream<Arguments> badConfigs() {
        return Stream.of(
                arguments("empty", "", "must be a JSON object"),
                arguments("a list", "[]", "must be a JSON object"),
                arguments("null", "null", "must be a JSON object"),
                arguments("cut", "{'model_type':'llama'", "malformed JSON: "),
                arguments("of two values for a key", "{'model_type':'llama','model_type':'gpt2'}", "malformed JSON: "),
                arguments("too long", "{}" + " ".repeat(2047), "longer than 2048 bytes: 2049"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badConfigs")
    @DisplayName("is refused, and every shard closed, if its config.json is")
    void badConfigs(String what, String config, String reason) {
        putShards();
        files.put("config.json", json(config));
        assertFileRefused("config.json", null, reason);
    }

    @Test
    @DisplayName("reads a small file whole, up to and including the limit")
    void readWhole() {
        files.put("f", "12345");
        assertThat(ModelDirectory.readWhole(files, "f", 5, ErrorCode.ADAPTER_INVALID))
                .containsExactly('1', '2', '3', '4', '5');
        assertRefused(
                () -> ModelDirectory.readWhole(files, "f", 4, ErrorCode.ADAPTER_INVALID),
                ErrorCode.ADAPTER_INVALID,
                "f",
                null,
                "longer than 4 bytes: 5");
    }

    private void putShards() {
        files.put(ModelDirectory.INDEX_FILE, json(INDEX))
                .put(FIRST, weights("a", "c"))
                .put(SECOND, weights("b"));
    }

    private ModelDirectory open() {
        return ModelDirectory.open(files, LIMITS);
    }

    private void assertIndexRefused(@Nullable String tensor, String reason) {
        assertFileRefused(ModelDirectory.INDEX_FILE, tensor, reason);
    }

    /** The file is named with the directory that it lies in. */
    private void assertFileRefused(String file, @Nullable String tensor, String reason) {
        String place = InMemoryModelFiles.LOCATION + "/" + file;
        assertRefused(this::open, ErrorCode.MODEL_INVALID, place, tensor, reason);
    }

    /** A file of tensors of two bytes each, which are the first letter of its name. */
    private static byte[] weights(String... names) {
        SafetensorsBytes file = SafetensorsBytes.builder();
        for (String name : names) {
            byte letter = (byte) name.charAt(0);
            file.add(name, Dtype.U8, Shape.of(2), letter, letter);
        }
        return file.build();
    }

    private static byte[] bytesOf(ModelDirectory model, String name) {
        byte[] bytes = new byte[2];
        model.tensors().get(name).read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
