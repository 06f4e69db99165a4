/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.SafetensorsBytes;
import io.privatefm.core.model.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Fixture: a PEFT adapter with random factors from a seed. Remembers the values, so that a test can compute with them.
 * Modules are named as the model's tensors are, without {@code .weight}.
 */
public final class AdapterFixture {
    private static final String PREFIX = "base_model.model.";

    private final SplittableRandom random;
    private final int rank;
    private final double alpha;
    private final ObjectNode config = JsonNodeFactory.instance.objectNode();
    private final ArrayNode targets;
    private final SafetensorsBytes weights = SafetensorsBytes.builder();
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private Dtype dtype = Dtype.F32;

    private AdapterFixture(long seed, int rank, double alpha) {
        this.random = new SplittableRandom(seed);
        this.rank = rank;
        this.alpha = alpha;
        config.put("peft_type", "LORA").put("r", rank).put("lora_alpha", alpha);
        this.targets = config.putArray("target_modules");
    }

    /** An adapter without factors, to be filled. */
    public static AdapterFixture seeded(long seed, int rank, double alpha) {
        return new AdapterFixture(seed, rank, alpha);
    }

    /** An adapter of rank 2 for both layers of {@link ModelFixture#tiny}. */
    public static AdapterFixture tiny(long seed) {
        AdapterFixture adapter = seeded(seed, 2, 3);
        for (String layer : new String[] {"model.layers.0.", "model.layers.1."}) {
            adapter.linear(layer + "q_proj", 8, 8).linear(layer + "v_proj", 4, 8);
        }
        return adapter;
    }

    /** Sets a field of the configuration to true. */
    public AdapterFixture flag(String name) {
        return field(name, BooleanNode.TRUE);
    }

    /** Sets a field of the configuration. */
    public AdapterFixture field(String name, JsonNode value) {
        config.set(name, value);
        return this;
    }

    /** Names modules that are saved whole. */
    public AdapterFixture savesModules(String... modules) {
        return field("modules_to_save", names(modules));
    }

    /** A list of names, as a field of a configuration has it. */
    public static ArrayNode names(String... modules) {
        ArrayNode names = JsonNodeFactory.instance.arrayNode();
        for (String module : modules) {
            names.add(module);
        }
        return names;
    }

    /** The dtype of tensors that are added from now on; F32 at first. */
    public AdapterFixture dtype(Dtype value) {
        dtype = value;
        return this;
    }

    /** Adds the factors of a linear layer, however it is stored. */
    public AdapterFixture linear(String module, long out, long in) {
        targets.add(module);
        return random(module + ".lora_A.weight", rank, in).random(module + ".lora_B.weight", out, rank);
    }

    /** Adds these factors of a linear layer: A of (rank, in), B of (out, rank). */
    public AdapterFixture linear(String module, float[] a, float[] b) {
        targets.add(module);
        return floats(module + ".lora_A.weight", Shape.of(rank, a.length / rank), a)
                .floats(module + ".lora_B.weight", Shape.of(b.length / rank, rank), b);
    }

    /** Adds the factors of a linear layer with B = 0: it changes nothing. */
    public AdapterFixture idle(String module, int out, int in) {
        return linear(
                module,
                ModelFixture.randomValues(random, Shape.of(rank, in)),
                new float[Math.multiplyExact(out, rank)]);
    }

    /** Adds the factors of an embedding. */
    public AdapterFixture embedding(String module, long vocabulary, long dimension) {
        targets.add(module);
        return random(module + ".lora_embedding_A", rank, vocabulary)
                .random(module + ".lora_embedding_B", dimension, rank);
    }

    /** Adds the factors of a convolution whose weight has these dimensions. */
    public AdapterFixture convolution(String module, long... weight) {
        targets.add(module);
        long[] a = weight.clone();
        a[0] = rank;
        long[] b = new long[weight.length];
        Arrays.fill(b, 1);
        b[0] = weight[0];
        b[1] = rank;
        return random(module + ".lora_A.weight", a).random(module + ".lora_B.weight", b);
    }

    /** Adds a tensor of random values under {@code base_model.model.} and this name. */
    public AdapterFixture random(String name, long... dims) {
        return floats(name, Shape.of(dims), ModelFixture.randomValues(random, Shape.of(dims)));
    }

    /** Adds a tensor of these values, rounded to the dtype, under {@code base_model.model.} and this name. */
    public AdapterFixture floats(String name, Shape shape, float... given) {
        byte[] bytes = SafetensorsBytes.floats(dtype, given);
        values.put(name, SafetensorsBytes.toFloats(dtype, bytes));
        weights.add(PREFIX + name, dtype, shape, bytes);
        return this;
    }

    /** The values of a tensor by the name that it was added by. */
    public float[] values(String name) {
        return values.get(name).clone();
    }

    public int rank() {
        return rank;
    }

    public double alpha() {
        return alpha;
    }

    /** {@code adapter_config.json} as it is now. */
    public String config() {
        return config.toString();
    }

    /** The adapter's files as they are now. */
    public InMemoryModelFiles files() {
        return new InMemoryModelFiles()
                .put("adapter_config.json", config())
                .put("adapter_model.safetensors", weights.build());
    }
}
