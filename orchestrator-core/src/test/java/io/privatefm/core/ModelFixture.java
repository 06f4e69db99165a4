/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.SafetensorsBytes;
import io.privatefm.core.model.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Fixture: a small model in the layout of a Hugging Face directory, built tensor by tensor from a seed. Remembers the
 * values, so that a test can compute with them.
 */
public final class ModelFixture {
    /** A {@code config.json} of a model whose embedding and head are two tensors. */
    public static final String UNTIED_CONFIG =
            "{\"architectures\": [\"LlamaForCausalLM\"], \"model_type\": \"llama\", \"tie_word_embeddings\": false}\n";

    private final SplittableRandom random;
    private final SafetensorsBytes weights = SafetensorsBytes.builder();
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final InMemoryModelFiles files = new InMemoryModelFiles();

    private ModelFixture(long seed) {
        random = new SplittableRandom(seed);
    }

    /** A model without tensors, to be filled. */
    public static ModelFixture seeded(long seed) {
        return new ModelFixture(seed);
    }

    /** A language model of two layers and 1 KB; every seed gives another one of the same shapes. */
    public static ModelFixture tiny(long seed) {
        ModelFixture model = seeded(seed).random("model.embed_tokens.weight", Dtype.BF16, 12, 8);
        for (String layer : new String[] {"model.layers.0.", "model.layers.1."}) {
            model.random(layer + "q_proj.weight", Dtype.BF16, 8, 8).random(layer + "v_proj.weight", Dtype.BF16, 4, 8);
        }
        return model.random("model.norm.weight", Dtype.BF16, 8)
                .random("lm_head.weight", Dtype.BF16, 12, 8)
                .file("config.json", UNTIED_CONFIG)
                .file("tokenizer.json", "{\"note\": \"ü\"}\r\n")
                .file("LICENSE", "none\n");
    }

    /** Adds a tensor of values from -1 to 1, none of them zero. */
    public ModelFixture random(String name, Dtype dtype, long... dims) {
        return floats(name, dtype, Shape.of(dims), randomValues(random, Shape.of(dims)));
    }

    /** Adds a tensor of these values, rounded to its dtype. */
    public ModelFixture floats(String name, Dtype dtype, Shape shape, float... given) {
        byte[] bytes = SafetensorsBytes.floats(dtype, given);
        values.put(name, SafetensorsBytes.toFloats(dtype, bytes));
        return bytes(name, dtype, shape, bytes);
    }

    /** Adds a tensor of these bytes. */
    public ModelFixture bytes(String name, Dtype dtype, Shape shape, byte... bytes) {
        weights.add(name, dtype, shape, bytes);
        return this;
    }

    /** Adds a file beside the weights. */
    public ModelFixture file(String name, String text) {
        files.put(name, text);
        return this;
    }

    /** The values of a tensor, as its dtype has them. */
    public float[] values(String name) {
        return values.get(name).clone();
    }

    /** The model's files as they are now. */
    public InMemoryModelFiles files() {
        return files.put("model.safetensors", weights.build());
    }

    static float[] randomValues(SplittableRandom random, Shape shape) {
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            float magnitude = (float) random.nextDouble(0.001, 1);
            values[i] = random.nextBoolean() ? magnitude : -magnitude;
        }
        return values;
    }
}
