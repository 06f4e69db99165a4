/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.fuzz.Bytes;
import io.privatefm.core.fuzz.Fuzzing;
import io.privatefm.core.fuzz.JsonMutator;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class ModelDirectoryFuzzTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";
    private static final String STRAY = "stray.safetensors";

    private static final JsonMutator INDEX = new JsonMutator(
            List.of(
                    "{\"metadata\":{\"total_size\":24},\"weight_map\":{\"a.weight\":\"" + FIRST + "\",\"b\":\"" + FIRST
                            + "\",\"c.bias\":\"" + SECOND + "\"}}",
                    "{\"weight_map\":{\"c.bias\":\"" + SECOND + "\",\"b\":\"" + FIRST + "\",\"a.weight\":\"" + FIRST
                            + "\"}}"),
            List.of(
                    "\"a.weight\"",
                    "\"b\"",
                    "\"c.bias\"",
                    "\"d\"",
                    "\"weight_map\"",
                    "\"" + FIRST + "\"",
                    "\"" + SECOND + "\"",
                    "\"" + STRAY + "\"",
                    "\"../" + FIRST + "\"",
                    "\"./" + FIRST + "\"",
                    "\"/etc/shadow.safetensors\"",
                    "\"..\\\\..\\\\x.safetensors\"",
                    "\"\\u0000.safetensors\"",
                    "\"\\ud800.safetensors\"",
                    "\".safetensors\"",
                    "\"model.safetensors.index.json\"",
                    "\"model.safetensors\"",
                    "\"" + "m".repeat(5000) + ".safetensors\""));

    private static final JsonMutator CONFIG = new JsonMutator(
            List.of(
                    "{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\"tie_word_embeddings\":false}",
                    "{\"model_type\":\"gpt2\",\"eps\":1e-5,\"task_specific_params\":{\"x\":{\"y\":[1,2]}}}"),
            List.of("\"model_type\"", "\"architectures\"", "\"tie_word_embeddings\"", "\"llama\"", "Infinity"));

    private static final byte[] FIRST_BYTES = SafetensorsBytes.builder()
            .addFloats("a.weight", Dtype.F32, Shape.of(2, 1), 1, 2)
            .addFloats("b", Dtype.BF16, Shape.of(4), 1, 2, 3, 4)
            .build();
    private static final byte[] SECOND_BYTES = SafetensorsBytes.builder()
            .addFloats("c.bias", Dtype.F16, Shape.of(4), 1, 2, 3, 4)
            .build();

    @Test
    @DisplayName("Any model directory opens as a sound one or is refused as an invalid input; no handle is left, and no"
            + " file is asked for that is not in it")
    void opensOrIsRefused() {
        Fuzzing.run(getClass(), 40_000, ModelDirectoryFuzzTest::tryOne).assertReach(5, 50, 25);
    }

    private static void tryOne(SplittableRandom random) {
        InMemoryModelFiles files = directory(random);
        try (ModelDirectory directory = ModelDirectory.open(files, FormatLimits.FOUNDATION)) {
            for (ModelTensor tensor : directory.tensors().values()) {
                int length = Math.toIntExact(tensor.info().byteLength());
                tensor.read(0, new byte[length], 0, length);
            }
            assertThat(directory.config().modelType()).isNotNull();
        } catch (InvalidInputException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID);
            assertThat(e)
                    .hasMessageStartingWith(InMemoryModelFiles.LOCATION)
                    .message()
                    .doesNotContain("is not in " + InMemoryModelFiles.LOCATION)
                    .doesNotContain("\n");
            throw new Fuzzing.Refusal(e);
        } finally {
            assertThat(files.openHandles()).as("open handles").isZero();
            assertThat(files.bytesRead()).as("bytes read").isLessThanOrEqualTo(2 * files.size());
        }
    }

    private static InMemoryModelFiles directory(SplittableRandom random) {
        InMemoryModelFiles files = new InMemoryModelFiles();
        files.put(ModelDirectory.INDEX_FILE, INDEX.next(random, Math.max(0, random.nextInt(5) - 1)));
        if (random.nextInt(4) == 0) {
            files.put(ModelConfig.FILE, CONFIG.next(random, random.nextInt(3)));
        }
        put(random, files, FIRST, FIRST_BYTES);
        put(random, files, SECOND, SECOND_BYTES);
        if (random.nextInt(8) == 0) {
            put(random, files, STRAY, random.nextBoolean() ? SECOND_BYTES : FIRST_BYTES);
        }
        if (random.nextInt(60) == 0) {
            files.put(ModelDirectory.SINGLE_FILE, FIRST_BYTES);
        }
        return files;
    }

    private static void put(SplittableRandom random, InMemoryModelFiles files, String name, byte[] bytes) {
        switch (random.nextInt(40)) {
            case 0 -> files.put(name, Bytes.damaged(random, bytes));
            case 1 -> files.put(name, random.nextBoolean() ? SECOND_BYTES : FIRST_BYTES);
            case 2 -> files.put(name, "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8));
            case 3 -> files.put(name + ".tmp", bytes);
            default -> files.put(name, bytes);
        }
    }
}
