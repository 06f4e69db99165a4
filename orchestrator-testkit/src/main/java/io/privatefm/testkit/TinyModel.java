/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A small model as a Hugging Face directory holds it. Immutable; the {@code with…} methods give changed copies. */
public final class TinyModel {
    private final String name;
    private final Map<String, @Nullable Object> config;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, LayerKind> layers;
    private final int shards;

    TinyModel(
            String name,
            Map<String, @Nullable Object> config,
            Map<String, StoredTensor> tensors,
            Map<String, LayerKind> layers,
            int shards) {
        this.name = name;
        this.config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
        this.tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
        this.layers = Collections.unmodifiableMap(new TreeMap<>(layers));
        this.shards = shards;
    }

    /** All tensors by name. */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /** A tensor. */
    public StoredTensor tensor(String tensor) {
        StoredTensor found = tensors.get(tensor);
        if (found == null) {
            throw new IllegalArgumentException(name + " has no tensor " + tensor);
        }
        return found;
    }

    /** The modules that factors can be put on, by the names that they have in the file. */
    public Map<String, LayerKind> layers() {
        return layers;
    }

    /** Kind of a module. */
    public LayerKind kind(String module) {
        LayerKind kind = layers.get(module);
        if (kind == null) {
            throw new IllegalArgumentException(name + " has no layer " + module + " among " + layers.keySet());
        }
        return kind;
    }

    /** The text of {@code config.json}. */
    public String configText() {
        return Json.pretty(config);
    }

    /** This model with a field of {@code config.json} set. */
    public TinyModel withConfig(String field, @Nullable Object value) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(config);
        changed.put(field, value);
        return new TinyModel(name, changed, tensors, layers, shards);
    }

    /** This model without a field of {@code config.json}. */
    public TinyModel withoutConfig(String field) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(config);
        changed.remove(field);
        return new TinyModel(name, changed, tensors, layers, shards);
    }

    /** This model with a tensor added or replaced. */
    public TinyModel withTensor(String tensor, StoredTensor content) {
        Map<String, StoredTensor> changed = new TreeMap<>(tensors);
        changed.put(tensor, content);
        return new TinyModel(name, config, changed, layers, shards);
    }

    /** This model without a tensor. */
    public TinyModel withoutTensor(String tensor) {
        Map<String, StoredTensor> changed = new TreeMap<>(tensors);
        if (changed.remove(tensor) == null) {
            throw new IllegalArgumentException(name + " has no tensor " + tensor);
        }
        return new TinyModel(name, config, changed, layers, shards);
    }

    /** This model with other names of tensors and modules, such as with a prefix that the model class adds. */
    public TinyModel renamed(UnaryOperator<String> names) {
        Map<String, StoredTensor> renamedTensors = new TreeMap<>();
        tensors.forEach((tensor, content) -> renamedTensors.put(names.apply(tensor), content));
        Map<String, LayerKind> renamedLayers = new TreeMap<>();
        layers.forEach((module, kind) -> renamedLayers.put(names.apply(module), kind));
        return new TinyModel(name, config, renamedTensors, renamedLayers, shards);
    }

    /** This model in so many files with an index; 1 is a single file without one. */
    public TinyModel sharded(int files) {
        return new TinyModel(name, config, tensors, layers, files);
    }

    /** The directory's files. */
    public MemoryFiles files() {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("config.json", configText().getBytes(StandardCharsets.UTF_8));
        if (shards == 1) {
            files.put(
                    "model.safetensors",
                    new SafetensorsBuilder().addAll(tensors).bytes());
        } else {
            addShards(files);
        }
        return MemoryFiles.of(name, files);
    }

    /** Writes the directory. */
    public Path writeTo(Path directory) {
        return files().writeTo(directory);
    }

    private void addShards(Map<String, byte[]> files) {
        List<String> names = new ArrayList<>(tensors.keySet());
        Map<String, String> weightMap = new TreeMap<>();
        int total = 0;
        for (int shard = 0; shard < shards; shard++) {
            String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, shards);
            SafetensorsBuilder builder = new SafetensorsBuilder();
            for (String tensor : names.subList(names.size() * shard / shards, names.size() * (shard + 1) / shards)) {
                builder.add(tensor, tensor(tensor));
                weightMap.put(tensor, file);
                total += tensor(tensor).bytes().length;
            }
            files.put(file, builder.bytes());
        }
        Map<String, Object> index = new TreeMap<>();
        index.put("metadata", Map.of("total_size", total));
        index.put("weight_map", weightMap);
        files.put("model.safetensors.index.json", Json.pretty(index).getBytes(StandardCharsets.UTF_8));
    }
}
