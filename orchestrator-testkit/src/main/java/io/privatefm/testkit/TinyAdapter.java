/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PEFT adapter for a {@link TinyModel}, as {@code save_pretrained} writes it; made by {@link TinyAdapters} and bent by
 * tests. Mutable, for one thread. Modules are called by the names that they have in the model's file; {@link #classNames}
 * says how the adapter's model class calls them.
 */
public final class TinyAdapter {
    private static final String PREFIX = "base_model.model.";
    private static final double SPREAD = 0.4;

    private final TinyModel model;
    private final long seed;
    private final Map<String, @Nullable Object> config = new LinkedHashMap<>();
    private final Map<String, StoredTensor> tensors = new TreeMap<>();
    private FloatType type = FloatType.F32;
    private UnaryOperator<String> className = name -> name;

    TinyAdapter(TinyModel model, long seed, Map<String, @Nullable Object> config) {
        this.model = model;
        this.seed = seed;
        this.config.putAll(config);
    }

    /** Dtype of what is added from now on; F32 by default. */
    public TinyAdapter type(FloatType factors) {
        type = factors;
        return this;
    }

    /** How the model class calls a module of the file, for what is added from now on; the same by default. */
    public TinyAdapter classNames(UnaryOperator<String> names) {
        className = names;
        return this;
    }

    /** The model class puts this in front of the file's names. */
    public TinyAdapter prefix(String prefix) {
        return classNames(name -> prefix + name);
    }

    /** The model class leaves this away from the file's names. */
    public TinyAdapter withoutPrefix(String prefix) {
        return classNames(name -> name.startsWith(prefix) ? name.substring(prefix.length()) : name);
    }

    /** Sets a field of {@code adapter_config.json}, known or not. */
    public TinyAdapter set(String field, @Nullable Object value) {
        config.put(field, value);
        return this;
    }

    /** Removes a field. */
    public TinyAdapter unset(String field) {
        config.remove(field);
        return this;
    }

    /** Sets {@code r} and {@code lora_alpha}. */
    public TinyAdapter rank(int r, double alpha) {
        return set("r", r).set("lora_alpha", alpha == Math.rint(alpha) ? (Object) (long) alpha : (Object) alpha);
    }

    /** Sets {@code target_modules} to these names or suffixes and adds factors for every module that they select. */
    public TinyAdapter target(String... names) {
        set("target_modules", List.of(names));
        return factors(modules(names));
    }

    /** Sets {@code target_modules} to a regular expression and adds factors for every module that it matches whole. */
    public TinyAdapter targetRegex(String regex) {
        set("target_modules", regex);
        Pattern pattern = Pattern.compile(regex);
        return factors(model.layers().keySet().stream()
                .filter(module -> pattern.matcher(className.apply(module)).matches())
                .toList());
    }

    /** The model's modules with these names or suffixes. */
    public List<String> modules(String... names) {
        return model.layers().keySet().stream()
                .filter(module -> Arrays.stream(names)
                        .anyMatch(name -> className.apply(module).equals(name)
                                || className.apply(module).endsWith("." + name)))
                .toList();
    }

    /** Adds factors of the configured rank for modules. */
    public TinyAdapter factors(Collection<String> modules) {
        int rank = Integer.parseInt(String.valueOf(config.get("r")));
        modules.forEach(module -> factors(module, rank));
        return this;
    }

    /** Adds a pair of factors. */
    public TinyAdapter factors(String module, int rank) {
        long[] weight = model.tensor(module + ".weight").dims();
        LayerKind kind = model.kind(module);
        if (kind == LayerKind.EMBEDDING) {
            random(key(module, ".lora_embedding_A"), rank, weight[0]);
            return random(key(module, ".lora_embedding_B"), weight[1], rank);
        }
        long[] a = weight.clone();
        long[] b = new long[weight.length];
        Arrays.fill(b, 1);
        a[0] = rank;
        a[1] = kind == LayerKind.TRANSPOSED ? weight[0] : weight[1];
        b[0] = kind == LayerKind.TRANSPOSED ? weight[1] : weight[0];
        b[1] = rank;
        return random(key(module, ".lora_A.weight"), a).random(key(module, ".lora_B.weight"), b);
    }

    /** Sets {@code use_dora} and adds a magnitude for every module that has factors, near the norms of the foundation. */
    public TinyAdapter dora() {
        set("use_dora", true);
        modulesWithFactors().forEach(module -> {
            float[] norms = norms(module);
            StoredTensor noise = SeededValues.tensor(seed, "magnitude " + module, FloatType.F32, 1, 0.2, norms.length);
            for (int i = 0; i < norms.length; i++) {
                norms[i] *= noise.values()[i];
            }
            magnitude(module, norms);
        });
        return this;
    }

    /** Sets the magnitude of a module. */
    public TinyAdapter magnitude(String module, float... values) {
        int dims = model.tensor(module + ".weight").dims().length;
        long[] shape = {values.length};
        if (model.kind(module) == LayerKind.CONVOLUTION) {
            shape = new long[dims];
            Arrays.fill(shape, 1);
            shape[1] = values.length;
        }
        return put(key(module, ".lora_magnitude_vector"), StoredTensor.of(type, shape, values));
    }

    /** Sets {@code lora_bias} and adds a {@code lora_B.bias} for every module that has factors. */
    public TinyAdapter loraBias() {
        set("lora_bias", true);
        modulesWithFactors()
                .forEach(module -> random(
                        key(module, ".lora_B.bias"),
                        model.tensor(module + ".bias").dims()));
        return this;
    }

    /** Sets {@code bias} to {@code all} or {@code lora_only} and adds the biases that PEFT saves then. */
    public TinyAdapter savedBiases(String mode) {
        set("bias", mode);
        List<String> targeted = modulesWithFactors();
        model.tensors().forEach((name, bias) -> {
            if (name.endsWith(".bias") && bias.dims().length == 1) {
                String module = name.substring(0, name.length() - ".bias".length());
                if (targeted.contains(module)) {
                    random(key(module, ".base_layer.bias"), bias.dims());
                } else if (mode.equals("all")) {
                    random(key(module, ".bias"), bias.dims());
                }
            }
        });
        return this;
    }

    /** Adds values that replace the foundation's weight of a module before the update. */
    public TinyAdapter baseWeight(String module) {
        return random(
                key(module, ".base_layer.weight"),
                model.tensor(module + ".weight").dims());
    }

    /** Adds a whole tensor, such as a head's weight, by the name that the model class gives it. */
    public TinyAdapter whole(String name, long... shape) {
        return random(PREFIX + name, shape);
    }

    /** Adds or replaces a tensor by its key. */
    public TinyAdapter put(String key, StoredTensor tensor) {
        tensors.put(key, tensor);
        return this;
    }

    /** Adds or replaces a tensor by its key, values drawn from the seed. */
    public TinyAdapter random(String key, long... shape) {
        return put(key, SeededValues.tensor(seed, key, type, 0, SPREAD, shape));
    }

    /** Changes a tensor. */
    public TinyAdapter change(String key, UnaryOperator<StoredTensor> change) {
        return put(key, change.apply(tensor(key)));
    }

    /** Changes every tensor whose key ends so. */
    public TinyAdapter changeAll(String suffix, UnaryOperator<StoredTensor> change) {
        List.copyOf(tensors.keySet()).stream()
                .filter(key -> key.endsWith(suffix))
                .forEach(key -> change(key, change));
        return this;
    }

    /** Gives a tensor another key. */
    public TinyAdapter rename(String key, String other) {
        StoredTensor tensor = tensor(key);
        return remove(key).put(other, tensor);
    }

    /** Removes a tensor. */
    public TinyAdapter remove(String key) {
        if (tensors.remove(key) == null) {
            throw new IllegalArgumentException("no tensor " + key + " among " + tensors.keySet());
        }
        return this;
    }

    /** Key of a part of a module, such as {@code .lora_A.weight}. */
    public String key(String module, String part) {
        return PREFIX + className.apply(module) + part;
    }

    /** A tensor by its key. */
    public StoredTensor tensor(String key) {
        StoredTensor tensor = tensors.get(key);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + key + " among " + tensors.keySet());
        }
        return tensor;
    }

    /** A part of a module. */
    public StoredTensor part(String module, String part) {
        return tensor(key(module, part));
    }

    /** The modules of the model that have factors here. */
    public List<String> modulesWithFactors() {
        return model.layers().keySet().stream()
                .filter(module -> tensors.containsKey(key(module, ".lora_A.weight"))
                        || tensors.containsKey(key(module, ".lora_embedding_A")))
                .toList();
    }

    /** Keys of all tensors, ascending. */
    public List<String> keys() {
        return new ArrayList<>(tensors.keySet());
    }

    /** The text of {@code adapter_config.json}; fields in the order in which they were first set. */
    public String configText() {
        return Json.pretty(config);
    }

    /** The bytes of {@code adapter_model.safetensors}. */
    public byte[] weights() {
        return new SafetensorsBuilder().addAll(tensors).bytes();
    }

    /** The directory's files. */
    public MemoryFiles files() {
        return MemoryFiles.of(
                "tiny adapter",
                Map.of(
                        "adapter_config.json",
                        configText().getBytes(StandardCharsets.UTF_8),
                        "adapter_model.safetensors",
                        weights()));
    }

    /** Writes the directory. */
    public Path writeTo(Path directory) {
        return files().writeTo(directory);
    }

    /** Norm of each output feature of the foundation's weight. */
    private float[] norms(String module) {
        StoredTensor weight = model.tensor(module + ".weight");
        float[] values = weight.values();
        boolean columns = model.kind(module).outputsAreColumns();
        int rows = (int) weight.dims()[0];
        int width = values.length / rows;
        double[] squares = new double[columns ? width : rows];
        for (int i = 0; i < values.length; i++) {
            squares[columns ? i % width : i / width] += (double) values[i] * values[i];
        }
        float[] norms = new float[squares.length];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = (float) Math.sqrt(squares[i]);
        }
        return norms;
    }
}
