/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.fuzz.Bytes;
import io.privatefm.core.fuzz.Fuzzing;
import io.privatefm.core.fuzz.JsonMutator;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.SafetensorsBytes;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class AdapterFuzzTest {
    private static final Set<ErrorCode> EXPECTED = EnumSet.of(
            ErrorCode.ADAPTER_INVALID, ErrorCode.ADAPTER_UNSUPPORTED, ErrorCode.ADAPTER_MISFIT, ErrorCode.NOT_FINITE);
    private static final Map<String, TensorInfo> FOUNDATION = foundation();
    private static final ModelConfig MODEL = new ModelConfig("llama", "LlamaForCausalLM", Optional.of(false));

    /** Fit {@link #WEIGHTS}, all of them. */
    private static final List<String> SOUND_CONFIGS = List.of(
            AdapterFixture.tiny(1).config(),
            "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,\"target_modules\":\".*\\\\.(q|v)_proj\","
                    + "\"exclude_modules\":null,\"use_rslora\":true,\"task_type\":\"CAUSAL_LM\"}",
            "{\"peft_type\":\"LORA\",\"r\":7,\"lora_alpha\":1.5,\"target_modules\":[\"q_proj\",\"v_proj\"],"
                    + "\"rank_pattern\":{\"layers.0.q_proj\":2,\"(q|v)_proj\":2},\"alpha_pattern\":{\"^model.*\":3}}",
            "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,\"target_modules\":[\"q_proj\",\"v_proj\"],"
                    + "\"layers_to_transform\":[0,1],\"layers_pattern\":\"layers\",\"bias\":\"none\","
                    + "\"modules_to_save\":null,\"init_lora_weights\":true,\"runtime_config\":{\"x\":false}}",
            "{\"peft_type\":\"LORA\",\"r\":2,\"target_modules\":\"all-linear\",\"fan_in_fan_out\":false,"
                    + "\"modules_to_save\":[\"score\",\"score\"]}");

    private static final List<String> WORDS = List.of(
            "\"peft_type\"",
            "\"r\"",
            "\"lora_alpha\"",
            "\"target_modules\"",
            "\"exclude_modules\"",
            "\"rank_pattern\"",
            "\"alpha_pattern\"",
            "\"modules_to_save\"",
            "\"layers_to_transform\"",
            "\"layers_pattern\"",
            "\"use_dora\"",
            "\"use_rslora\"",
            "\"lora_bias\"",
            "\"bias\"",
            "\"task_type\"",
            "\"trainable_token_indices\"",
            "\"unknown\"",
            "\"LORA\"",
            "\"LOHA\"",
            "\"SEQ_CLS\"",
            "\"all\"",
            "\"pissa\"",
            "\"q_proj\"",
            "\"model.layers.0.v_proj\"",
            "\"lm_head\"",
            "\"embed_tokens\"",
            "2",
            "1024",
            "1025",
            "1e308",
            "1e-320",
            // regular expressions that take long, or a lot of stack or memory, in one dialect or the other
            "\"(.*)*\"",
            "\"(.*.*)*x\"",
            "\"(a+)+$\"",
            "\"(?:.?){2000}x\"",
            "\"([^.]*\\\\.)*([^.]*\\\\.)*([^.]*\\\\.)*z\"",
            "\"(?=(.*))(?=(.*))(?=(.*)).*\\\\1\\\\2\\\\3\"",
            "\"(|||||||||||||||){20}{1,3}x\"",
            "\"((((((((((|a)|a)|a)|a)|a)|a)|a)|a)|a)|a)*\"",
            "\"(?:(?:(?:(?:a?){100}){100}){100}){100}\"",
            "\"a{2147483647}\"",
            "\"a{99999999999}\"",
            "\"(?<=.*)x\"",
            "\"(?<=(a|bb)*)x\"",
            "\"[a-\"",
            "\"[z-a]\"",
            "\"[a&&[b]]\"",
            "\"\\\\999\"",
            "\"\\\\x{110000}\"",
            "\"\\\\u12\"",
            "\"(?P<n>.*)(?P=n)(?P=n)\"",
            "\"(?i)(?i)Q_PROJ\"",
            "\"(?P<\"",
            "\"a{,}\"",
            "\"" + "(".repeat(190) + "a" + ")".repeat(190) + "\"",
            "\"" + "(".repeat(1000) + ")".repeat(1000) + "\"",
            "\"" + "(a|b)*".repeat(300) + "\"",
            "\"" + "a|".repeat(1000) + "\"",
            "\"" + "x".repeat(2049) + "\"");

    private static final JsonMutator CONFIGS = new JsonMutator(SOUND_CONFIGS, WORDS);

    /** The header of {@link AdapterFixture#tiny}'s weights, to be changed; their data follows. */
    private static final byte[] WEIGHTS = weights(0);

    private static final int HEADER_BYTES =
            ByteBuffer.wrap(WEIGHTS).order(ByteOrder.LITTLE_ENDIAN).getInt();
    private static final byte[] DATA = Arrays.copyOfRange(WEIGHTS, 8 + HEADER_BYTES, WEIGHTS.length);
    private static final JsonMutator HEADERS = new JsonMutator(
            List.of(new String(WEIGHTS, 8, HEADER_BYTES, StandardCharsets.UTF_8)),
            List.of(
                    key("model.layers.0.q_proj.lora_A.weight"),
                    key("model.layers.0.q_proj.lora_B.bias"),
                    key("model.layers.0.q_proj.base_layer.weight"),
                    key("model.layers.0.q_proj.lora_magnitude_vector"),
                    key("model.layers.0.v_proj.lora_embedding_A"),
                    key("model.layers.9.q_proj.lora_A.weight"),
                    key("lm_head.weight"),
                    key("score.weight"),
                    key("model.embed_tokens.token_adapter.trainable_tokens_delta"),
                    key("x.base_layer.lora_A.weight"),
                    key(".lora_A.weight"),
                    key("lora_x"),
                    key(""),
                    "\"F16\"",
                    "\"BF16\"",
                    "\"I32\"",
                    "[8,2]",
                    "[2,8]",
                    "[16]",
                    "[2,2,4]"));

    /** Few letters, for expressions that are likely to be ones. */
    private static final String REGEX = "a.q_*+?(){}[]|^$\\d12,<=!:-&Pn";

    @Test
    @DisplayName("Any adapter is opened and fitted, or is refused as an invalid input; no handle is left")
    void fitsOrIsRefused() {
        Fuzzing.run(getClass(), 30_000, AdapterFuzzTest::tryOne).assertReach(3, 50, 60);
    }

    private static void tryOne(SplittableRandom random) {
        InMemoryModelFiles files = files(random);
        try (Adapter adapter = Adapter.open(files, AdapterLimits.DEFAULT)) {
            AdapterFit fit = adapter.fit(FOUNDATION, MODEL);
            assertThat(fit.changes()).isNotEmpty();
        } catch (InvalidInputException e) {
            assertThat(EXPECTED).contains(e.code());
            assertThat(e)
                    .hasMessageStartingWith(InMemoryModelFiles.LOCATION)
                    .message()
                    .doesNotContain("\n");
            assertThat(e.getMessage()).hasSizeLessThan(1000);
            throw new Fuzzing.Refusal(e);
        } finally {
            assertThat(files.openHandles()).as("open handles").isZero();
            assertThat(files.bytesRead()).as("bytes read").isLessThanOrEqualTo(3 * files.size());
        }
    }

    private static InMemoryModelFiles files(SplittableRandom random) {
        InMemoryModelFiles files = new InMemoryModelFiles();
        boolean both = random.nextInt(5) == 0;
        boolean config = both || random.nextInt(3) > 0;
        files.put(Adapter.CONFIG_FILE, config(random, config ? 1 + random.nextInt(3) : 0));
        files.put(Adapter.WEIGHTS_FILE, config && !both ? WEIGHTS : changedWeights(random));
        if (random.nextInt(500) == 0) {
            files.put("adapter_model.bin", "");
        }
        return files;
    }

    private static byte[] config(SplittableRandom random, int edits) {
        if (random.nextInt(8) > 0) {
            return CONFIGS.next(random, edits);
        }
        StringBuilder regex = new StringBuilder();
        for (int length = 1 + random.nextInt(24); length > 0; length--) {
            regex.append(REGEX.charAt(random.nextInt(REGEX.length())));
        }
        String quoted = "\"" + regex.toString().replace("\\", "\\\\") + "\"";
        return ("{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,"
                        + (random.nextBoolean()
                                ? "\"target_modules\":" + quoted
                                : "\"target_modules\":[\"q_proj\",\"v_proj\"],\"rank_pattern\":{" + quoted + ":2}")
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] changedWeights(SplittableRandom random) {
        if (random.nextInt(8) == 0) {
            return weights(1 + random.nextInt(6));
        }
        if (random.nextInt(8) == 0) {
            byte[] data = DATA.clone();
            ByteBuffer.wrap(data)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(random.nextInt(data.length / 4) * 4, 0x7f800000 + random.nextInt(2) * 0x400000);
            byte[] header = Arrays.copyOfRange(WEIGHTS, 8, 8 + HEADER_BYTES);
            return SafetensorsBytes.raw(header, data);
        }
        byte[] file = SafetensorsBytes.raw(HEADERS.next(random, 1 + random.nextInt(3)), DATA);
        return random.nextInt(40) == 0 ? Bytes.damaged(random, file) : file;
    }

    /** Weights of a kind: sound ones, or whole tensors, a convolution, an embedding, two dtypes beside them. */
    private static byte[] weights(int kind) {
        SafetensorsBytes weights = SafetensorsBytes.builder();
        for (String layer : new String[] {"base_model.model.model.layers.0.", "base_model.model.model.layers.1."}) {
            Dtype dtype = kind == 1 ? Dtype.BF16 : Dtype.F32;
            weights.addFloats(layer + "q_proj.lora_A.weight", dtype, Shape.of(2, 8), new float[16])
                    .addFloats(layer + "q_proj.lora_B.weight", dtype, Shape.of(8, 2), new float[16])
                    .addFloats(layer + "v_proj.lora_A.weight", dtype, Shape.of(2, 8), new float[16])
                    .addFloats(layer + "v_proj.lora_B.weight", dtype, Shape.of(4, 2), new float[8]);
        }
        switch (kind) {
            case 2 -> weights.addFloats("base_model.model.lm_head.weight", Dtype.F32, Shape.of(12, 8), new float[96]);
            case 3 -> weights.addFloats("base_model.model.score.weight", Dtype.F32, Shape.of(2, 8), new float[16]);
            case 4 ->
                weights.addFloats(
                        "base_model.model.model.layers.0.q_proj.lora_magnitude_vector",
                        Dtype.F32,
                        Shape.of(8),
                        new float[8]);
            case 5 ->
                weights.addFloats(
                        "base_model.model.model.embed_tokens.lora_embedding_A",
                        Dtype.F32,
                        Shape.of(2, 12),
                        new float[24]);
            case 6 ->
                weights.add("base_model.model.model.norm.weight", Dtype.I32, Shape.of(0))
                        .metadata("format", "pt");
            default -> {}
        }
        return weights.build();
    }

    private static String key(String name) {
        return "\"base_model.model." + name + "\"";
    }

    private static Map<String, TensorInfo> foundation() {
        Map<String, TensorInfo> foundation = new TreeMap<>();
        for (TensorInfo info : List.of(
                new TensorInfo("model.embed_tokens.weight", Dtype.BF16, Shape.of(12, 8)),
                new TensorInfo("model.layers.0.q_proj.weight", Dtype.BF16, Shape.of(8, 8)),
                new TensorInfo("model.layers.0.q_proj.bias", Dtype.BF16, Shape.of(8)),
                new TensorInfo("model.layers.0.v_proj.weight", Dtype.BF16, Shape.of(4, 8)),
                new TensorInfo("model.layers.1.q_proj.weight", Dtype.BF16, Shape.of(8, 8)),
                new TensorInfo("model.layers.1.v_proj.weight", Dtype.BF16, Shape.of(4, 8)),
                new TensorInfo("model.norm.weight", Dtype.BF16, Shape.of(8)),
                new TensorInfo("lm_head.weight", Dtype.BF16, Shape.of(12, 8)))) {
            foundation.put(info.name(), info);
        }
        return foundation;
    }
}
