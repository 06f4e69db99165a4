/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.privatefm.testkit.SafetensorsContent;
import io.privatefm.testkit.StoredTensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The golden merges, bit-equal to PEFT within the bounds of binary32,")
class GoldenMergeTest {
    private static final Path GOLDEN = golden();

    @TempDir
    Path dir;

    private static Path golden() {
        try {
            return Path.of(Objects.requireNonNull(GoldenMergeTest.class.getResource("/golden/manifest.json"))
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<String> cases() throws IOException {
        return StreamSupport.stream(manifest().path("cases").spliterator(), false)
                .map(entry -> entry.path("id").textValue());
    }

    private static JsonNode manifest() throws IOException {
        return new JsonMapper().readTree(GOLDEN.resolve("manifest.json").toFile());
    }

    @Test
    @DisplayName("are 75")
    void count() throws IOException {
        assertThat(cases()).hasSize(75).doesNotHaveDuplicates();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("come out of the command:")
    void mergesAsPeftDoes(String id) throws IOException {
        JsonNode entry = StreamSupport.stream(manifest().path("cases").spliterator(), false)
                .filter(candidate -> candidate.path("id").textValue().equals(id))
                .findFirst()
                .orElseThrow();
        Path base = GOLDEN.resolve(entry.path("base").textValue());
        List<Path> adapters =
                texts(entry.path("adapters")).stream().map(GOLDEN::resolve).toList();
        String rounding = entry.path("safe_merge").booleanValue() ? "safe" : "single";

        Workbench.Merged merged = new Workbench(dir).merge(base, adapters, "--rounding", rounding);

        Map<String, StoredTensor> foundation = SafetensorsContent.ofDirectory(base);
        Map<String, StoredTensor> got = merged.tensors();
        List<String> changed = texts(entry.path("changed"));
        List<String> bounded = texts(entry.path("bounded"));
        assertThat(merged.run().json().path("tensors_changed").intValue()).isEqualTo(changed.size());
        assertThat(got.keySet()).isEqualTo(new TreeSet<>(foundation.keySet()));
        SafetensorsContent expected =
                SafetensorsContent.read(GOLDEN.resolve("expected/" + id + "/changed.safetensors"));
        SafetensorsContent bounds = SafetensorsContent.read(GOLDEN.resolve("expected/" + id + "/bounds.safetensors"));
        assertThat(expected.names()).containsExactlyInAnyOrderElementsOf(changed);
        got.forEach((name, tensor) -> {
            if (bounded.contains(name)) {
                assertWithin(name, tensor, bounds.tensor(name + ".lo"), bounds.tensor(name + ".hi"));
            } else {
                assertThat(tensor)
                        .as(name)
                        .isEqualTo(changed.contains(name) ? expected.tensor(name) : foundation.get(name));
            }
        });
        assertThat(PfmRun.of("verify", merged.directory(), "--hash", merged.hash())
                        .exitCode())
                .isZero();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nan,            base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
        "missing_lora_B, model.layers.0.self_attn.q_proj",
        "unknown_layer,  model.layers.99.self_attn.q_proj.weight",
        "wrong_shape,    base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
        "truncated,      base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight",
    })
    @DisplayName("have broken relatives, which are refused by file and tensor without a trace:")
    void refusesBrokenAdapters(String name, String tensor) {
        Path adapter = GOLDEN.resolve("negative").resolve(name);

        new Workbench(dir)
                .refuse(
                        GOLDEN.resolve("base/llama_bf16"),
                        List.of(adapter),
                        List.of(),
                        adapter.resolve("adapter_model.safetensors").toString(),
                        tensor);
    }

    @Test
    @DisplayName("have exactly five broken relatives")
    void negativeCount() throws IOException {
        assertThat(manifest().path("negative")).hasSize(5);
    }

    private static void assertWithin(String name, StoredTensor got, StoredTensor lo, StoredTensor hi) {
        assertThat(got.dtype()).as(name).isEqualTo(lo.dtype());
        assertThat(got.shape()).as(name).isEqualTo(lo.shape());
        float[] values = got.values();
        float[] least = lo.values();
        float[] most = hi.values();
        for (int i = 0; i < values.length; i++) {
            if (!(least[i] <= values[i] && values[i] <= most[i])) {
                throw new AssertionError(
                        name + "[" + i + "] is " + values[i] + ", legal are " + least[i] + " to " + most[i]);
            }
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.textValue()));
        return texts;
    }
}
