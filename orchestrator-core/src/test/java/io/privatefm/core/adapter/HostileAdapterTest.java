/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.SafetensorsBytes;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs with a heap of 64 MB, as the fuzz tests do: inputs as large as the limits allow, and inputs that once did harm. */
@Tag("fuzz")
@DisplayName("An adapter made to do harm")
class HostileAdapterTest {
    private static final int CONFIG_BYTES = (int) Limit.CONFIG_BYTES.standard();
    private static final int HEADER_BYTES = (int) Limit.HEADER_BYTES.standard();
    private static final int TENSORS = (int) Limit.TENSORS.standard();
    private static final String START = "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4,";

    private static final String PREFIX = "base_model.model.";

    private static Stream<Arguments> fullConfigs() {
        String tokens = "JSON of more than 131072 tokens";
        String patterns = "more than 1024 regular expressions";
        return Stream.of(
                arguments("numbers", config("eva_config", "[", i -> "0", "]"), tokens),
                arguments("long numbers", config("eva_config", "[", i -> "1" + "0".repeat(60), "]"), ""),
                arguments("lists", config("eva_config", "[", i -> "[]", "]"), tokens),
                arguments("objects", config("eva_config", "{", i -> "\"" + i + "\":{}", "}"), tokens),
                arguments("unknown fields", config("x", "null,", i -> "\"u" + i + "\":null", ""), tokens),
                arguments("a text", config("revision", "\"", i -> "xxxxxxxx", "\""), ""),
                arguments("target names", config("target_modules", "[", i -> "\"n" + i + "\"", "]"), ""),
                arguments(
                        "a regular expression", config("target_modules", "\"", i -> "a|bcdef", "\""), "more than 2048"),
                arguments("modules to save", config("modules_to_save", "[", i -> "\"n" + i + "\"", "]"), ""),
                arguments("layers", config("layers_to_transform", "[", i -> "" + (i + 1000), "]"), tokens),
                arguments(
                        "layers' patterns",
                        config("target_modules", "[\"a\"],\"layers_pattern\":[", i -> "\"h" + i + "\"", "]"),
                        "more than 1024 patterns"),
                arguments("plain ranks", config("rank_pattern", "{", i -> "\"n" + i + "aaaaaaaaaa\":2", "}"), ""),
                arguments(
                        "patterns of ranks",
                        config("rank_pattern", "{", i -> "\"n" + i + "*aaaaaaaaaa\":2", "}"),
                        patterns),
                arguments(
                        "patterns of alphas",
                        config("alpha_pattern", "{", i -> "\"n" + i + "*aaaaaaaaaa\":2", "}"),
                        patterns));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fullConfigs")
    @DisplayName("with a configuration as long as may be is read or refused within 64 MB:")
    void fullConfig(String what, byte[] config, String refusal) {
        assertThat(config).hasSizeBetween(CONFIG_BYTES - 100, CONFIG_BYTES);
        if (refusal.isEmpty()) {
            PeftConfig parsed = PeftConfig.parse(config, AdapterLimits.DEFAULT);
            assertThat(parsed.canonicalBytes()).isNotEmpty();
            assertThat(parsed.rankOf("model.layers.0.q_proj", new PatternSteps(AdapterLimits.DEFAULT)))
                    .isEqualTo(2);
        } else {
            assertThatThrownBy(() -> PeftConfig.parse(config, AdapterLimits.DEFAULT))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(refusal);
        }
    }

    private static Stream<Arguments> fullHeaders() {
        return Stream.of(
                arguments("numbers", filled(HEADER_BYTES, "{\"a\":{\"shape\":[", i -> "0", "]}}")),
                arguments(
                        "lists", filled(HEADER_BYTES, "{\"a\":", i -> "[", "}").replace(",", "")),
                arguments("metadata", filled(HEADER_BYTES, "{\"__metadata__\":{", i -> "\"" + i + "\":\"\"", "}}")),
                arguments("fields", filled(HEADER_BYTES, "{\"a\":{", i -> "\"" + i + "\":\"\"", "}}")),
                arguments(
                        "a name",
                        filled(HEADER_BYTES, "{\"", i -> "nnnnnnnn", "\":{}}").replace(",", "n")),
                arguments(
                        "tensors",
                        filled(
                                HEADER_BYTES,
                                "{",
                                i -> "\"" + i + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}",
                                "}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fullHeaders")
    @DisplayName("with a header as long as may be is refused within 64 MB:")
    void fullHeader(String what, String header) {
        InMemoryModelFiles files = new InMemoryModelFiles()
                .put(Adapter.CONFIG_FILE, START + "\"bias\":\"none\"}")
                .put(Adapter.WEIGHTS_FILE, SafetensorsBytes.raw(header));

        assertThatThrownBy(() -> {
                    try (Adapter adapter = Adapter.open(files, AdapterLimits.DEFAULT)) {
                        adapter.fit(Map.of(), ModelConfig.UNKNOWN);
                    }
                })
                .isInstanceOf(InvalidInputException.class);
        assertThat(files.openHandles()).isZero();
    }

    private static Stream<Arguments> tedious() {
        return Stream.of(
                arguments("names that fit nothing", "target_modules", "[", "\"n%d\"", "]", 60_000),
                arguments("modules to save", "modules_to_save", "[", "\"n%d\"", "]", 60_000),
                arguments(
                        "excluded names",
                        "target_modules",
                        "\"all-linear\",\"exclude_modules\":[",
                        "\"n%d\"",
                        "]",
                        60_000),
                arguments("plain ranks", "rank_pattern", "{", "\"n%d\":2", "}", 30_000),
                arguments("patterns of ranks", "rank_pattern", "{", "\"(.*.*)*z%d\":2", "}", 1000),
                arguments("quick patterns of ranks", "rank_pattern", "{", "\"z%d|y\":2", "}", 1000),
                arguments(
                        "layers' patterns",
                        "target_modules",
                        "[\"q\"],\"layers_to_transform\":[9],\"layers_pattern\":[",
                        "\"n%d\"",
                        "]",
                        1000));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tedious")
    @DisplayName("with as many tensors as may be, and much to compare them with, is fitted or refused in time:")
    void tedious(String what, String field, String before, String element, String after, int count) {
        String elements = IntStream.range(0, count)
                .mapToObj(i -> element.replace("%d", Integer.toString(i)))
                .collect(Collectors.joining(","));
        SafetensorsBytes weights = SafetensorsBytes.builder();
        Map<String, TensorInfo> foundation = new TreeMap<>();
        for (int i = 0; i < TENSORS / 2; i++) {
            String module = "m." + i + ".q";
            weights.add(PREFIX + module + ".lora_A.weight", Dtype.F32, Shape.of(2, 0))
                    .add(PREFIX + module + ".lora_B.weight", Dtype.F32, Shape.of(0, 2));
            foundation.put(module + ".weight", new TensorInfo(module + ".weight", Dtype.F32, Shape.of(0, 0)));
        }
        AdapterLimits limits = AdapterLimits.DEFAULT.with(Limit.HEADER_BYTES, 4 << 20);
        InMemoryModelFiles files = new InMemoryModelFiles()
                .put(Adapter.CONFIG_FILE, START + "\"" + field + "\":" + before + elements + after + "}")
                .put(Adapter.WEIGHTS_FILE, weights.build());

        try (Adapter adapter = Adapter.open(files, limits)) {
            assertThat(adapter.fit(foundation, ModelConfig.UNKNOWN).changes()).hasSize(TENSORS / 2);
        } catch (InvalidInputException e) {
            assertThat(e).hasMessageContainingAll("memory", ": ");
        }
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("with a shape that no manifest can say is refused; it once was accepted, and failed every night")
    void shapeBeyondManifests() {
        InMemoryModelFiles files = new InMemoryModelFiles()
                .put(Adapter.CONFIG_FILE, START + "\"modules_to_save\":[\"score\"]}")
                .put(
                        Adapter.WEIGHTS_FILE,
                        SafetensorsBytes.raw("{\"" + PREFIX
                                + "score.weight\":{\"dtype\":\"U8\",\"shape\":[0,9007199254740992],"
                                + "\"data_offsets\":[0,0]}}"));

        assertThatThrownBy(() -> Adapter.open(files, AdapterLimits.DEFAULT))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(
                        "score.weight: the size of its shape is out of range: a dimension beyond 2^53 - 1");
    }

    private static byte[] config(String field, String before, IntFunction<String> element, String after) {
        return filled(CONFIG_BYTES, START + "\"" + field + "\":" + before, element, after + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** As many elements with commas between them as make a text of {@code length}, about. */
    private static String filled(int length, String before, IntFunction<String> element, String after) {
        StringBuilder text = new StringBuilder(length).append(before).append(element.apply(0));
        for (int i = 1; ; i++) {
            String next = "," + element.apply(i);
            if (text.length() + next.length() + after.length() > length) {
                return text.append(after).toString();
            }
            text.append(next);
        }
    }
}
