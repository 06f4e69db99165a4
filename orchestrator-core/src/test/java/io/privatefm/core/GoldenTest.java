/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.SafetensorsFile;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.Rounding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of {@code src/test/resources/golden}; its README says how they were made and what is accepted. */
@DisplayName("Golden merges, computed with the dtype path of PEFT,")
class GoldenTest {
    private static final Path GOLDEN = folder();
    private static final JsonNode MANIFEST = manifest();

    /**
     * SHA-256 over the lines {@code <case> <content hash>} of all cases, ordered as the manifest is. It pins the arithmetic
     * {@code pfm-merge-1}: the same on every machine, JDK and kernel, and for ever. A change that makes it another needs
     * another name for the arithmetic.
     */
    private static final String ALL_RESULTS = "7dedc0f14b2029bb7669f9b58ac86bcd8731735f6df85eae85949a22e0b5fcd9";

    @TempDir
    Path dir;

    static Stream<String> cases() {
        return stream("cases").map(node -> node.path("id").asText());
    }

    @ParameterizedTest
    @MethodSource("cases")
    @DisplayName("are met: every element within its bounds, all other tensors byte for byte the foundation's")
    void accepted(String id) {
        JsonNode golden = stream("cases")
                .filter(node -> node.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow();
        Path target = dir.resolve("merged");

        ModelMerge.Result result = merge(golden, target);

        List<String> changed = texts(golden.path("changed"));
        List<String> bounded = texts(golden.path("bounded"));
        assertThat(result.tensorsChanged()).isEqualTo(changed.size());
        Path expectedFile = GOLDEN.resolve("expected").resolve(id);
        try (ModelDirectory merged = ModelDirectory.open(LocalModelFiles.open(target), FormatLimits.FOUNDATION);
                ModelDirectory base = ModelDirectory.open(
                        LocalModelFiles.open(GOLDEN.resolve(golden.path("base").asText())), FormatLimits.FOUNDATION);
                SafetensorsFile expected = open(expectedFile, "changed.safetensors");
                SafetensorsFile bounds = open(expectedFile, "bounds.safetensors")) {
            Set<String> names = new HashSet<>(base.tensors().keySet());
            names.addAll(changed);
            assertThat(merged.tensors().keySet()).containsExactlyInAnyOrderElementsOf(names);
            Map<String, ? extends TensorSource> limits = bounds.byName();
            Map<String, ? extends TensorSource> peft = expected.byName();
            merged.tensors().forEach((name, tensor) -> {
                if (bounded.contains(name)) {
                    assertWithin(tensor, limits.get(name + ".lo"), limits.get(name + ".hi"));
                } else {
                    assertSame(
                            tensor,
                            changed.contains(name)
                                    ? peft.get(name)
                                    : base.tensors().get(name));
                }
            });
        }
    }

    @Test
    @DisplayName("give the same bits as ever")
    void pinned() {
        StringBuilder lines = new StringBuilder();
        stream("cases").forEach(golden -> {
            String id = golden.path("id").asText();
            lines.append(id)
                    .append(' ')
                    .append(merge(golden, dir.resolve(id)).contentHash())
                    .append('\n');
        });

        assertThat(Sha256.of(MerkleTree.sha256().digest(lines.toString().getBytes(StandardCharsets.UTF_8)))
                        .hex())
                .as("all of:%n%s", lines)
                .isEqualTo(ALL_RESULTS);
    }

    @ParameterizedTest
    @CsvSource({
        "nan, NOT_FINITE",
        "missing_lora_B, ADAPTER_INVALID",
        "unknown_layer, ADAPTER_MISFIT",
        "wrong_shape, ADAPTER_MISFIT",
        "truncated, ADAPTER_INVALID"
    })
    @DisplayName("of broken adapters, which PEFT lets pass or half merges, are refused and leave nothing")
    void refused(String name, ErrorCode code) {
        JsonNode negative = stream("negative")
                .filter(node -> node.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
        LocalModelFiles adapter =
                LocalModelFiles.open(GOLDEN.resolve("negative").resolve(name));
        ModelMerge merge = ModelMerge.into(LocalModelFiles.open(
                        GOLDEN.resolve(negative.path("base").asText())))
                .adapter(name, adapter, 1f);

        assertThatThrownBy(() -> merge.writeTo(dir.resolve("merged")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(adapter.location() + "/adapter_model.safetensors: ");

        assertThat(dir).isEmptyDirectory();
    }

    @Test
    @DisplayName("of broken adapters are all covered here")
    void allRefusalsAreCovered() {
        assertThat(stream("negative").map(node -> node.path("name").asText()))
                .containsExactlyInAnyOrder("nan", "missing_lora_B", "unknown_layer", "wrong_shape", "truncated");
    }

    private static ModelMerge.Result merge(JsonNode golden, Path target) {
        ModelMerge merge = ModelMerge.into(
                        LocalModelFiles.open(GOLDEN.resolve(golden.path("base").asText())))
                .rounding(golden.path("safe_merge").asBoolean() ? Rounding.SAFE : Rounding.SINGLE)
                .threads(2);
        texts(golden.path("adapters"))
                .forEach(adapter -> merge.adapter(adapter, LocalModelFiles.open(GOLDEN.resolve(adapter)), 1f));
        return merge.writeTo(target);
    }

    private static void assertWithin(TensorSource found, TensorSource low, TensorSource high) {
        assertThat(low.info().shape()).isEqualTo(found.info().shape());
        assertThat(low.info().dtype()).isEqualTo(found.info().dtype());
        float[] values = values(found);
        float[] least = values(low);
        float[] most = values(high);
        for (int i = 0; i < values.length; i++) {
            if (!(least[i] <= values[i] && values[i] <= most[i])) {
                throw new AssertionError(found.info().name() + ": element " + i + " is " + values[i] + ", legal is "
                        + least[i] + " to " + most[i]);
            }
        }
    }

    private static void assertSame(TensorSource found, TensorSource expected) {
        TensorInfo info = expected.info();
        assertThat(found.info()).isEqualTo(info);
        assertThat(bytes(found)).as(info.name()).isEqualTo(bytes(expected));
    }

    private static float[] values(TensorSource tensor) {
        float[] values = new float[(int) tensor.info().shape().elements()];
        FloatCodec.of(tensor.info().dtype()).widen(bytes(tensor), 0, values, values.length);
        return values;
    }

    private static byte[] bytes(TensorSource tensor) {
        byte[] bytes = new byte[(int) tensor.info().byteLength()];
        tensor.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static SafetensorsFile open(Path folder, String file) {
        return SafetensorsFile.open(
                LocalModelFiles.open(folder), file, ErrorCode.MODEL_INVALID, FormatLimits.FOUNDATION);
    }

    private static Stream<JsonNode> stream(String list) {
        return StreamSupport.stream(MANIFEST.path(list).spliterator(), false);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static JsonNode manifest() {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(GOLDEN.resolve("manifest.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        try {
            URL manifest = GoldenTest.class.getResource("/golden/manifest.json");
            return Path.of(Objects.requireNonNull(manifest, "no golden files").toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
