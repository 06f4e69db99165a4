/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.Printable;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An open Hugging Face model directory: {@code model.safetensors}, or shards with {@code model.safetensors.index.json}.
 * All headers are read and checked, and the index against them both ways; tensor data is read by ranges, so a model may
 * be larger than the heap.
 */
public final class ModelDirectory implements AutoCloseable {
    /** Name of the weights in a directory without shards. */
    public static final String SINGLE_FILE = "model.safetensors";

    /** Name of the shard index. */
    public static final String INDEX_FILE = SINGLE_FILE + ".index.json";

    private final ModelFiles files;
    private final List<SafetensorsFile> shards;
    private final Map<String, ModelTensor> tensors;
    private final ModelConfig config;

    private ModelDirectory(
            ModelFiles files, List<SafetensorsFile> shards, Map<String, ModelTensor> tensors, ModelConfig config) {
        this.files = files;
        this.shards = shards;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.config = config;
    }

    /**
     * Opens a model and checks everything but the tensors' values. Does not take {@code files} over.
     *
     * @throws InvalidInputException naming file and tensor if the directory is not a sound model
     */
    public static ModelDirectory open(ModelFiles files, FormatLimits limits) {
        List<SafetensorsFile> shards = new ArrayList<>();
        try {
            Map<String, ModelTensor> tensors = new TreeMap<>(CodePointOrder.COMPARATOR);
            if (isSharded(files)) {
                openShards(files, limits, shards, tensors);
            } else {
                shards.add(SafetensorsFile.open(files, SINGLE_FILE, ErrorCode.MODEL_INVALID, limits));
                tensors.putAll(shards.get(0).byName());
            }
            return new ModelDirectory(files, shards, tensors, readConfig(files, limits));
        } catch (InvalidInputException e) {
            shards.forEach(SafetensorsFile::close);
            throw e.within(files.location());
        } catch (RuntimeException | Error e) {
            shards.forEach(SafetensorsFile::close);
            throw e;
        }
    }

    /** All tensors by name, in the order of the names' UTF-8 bytes. */
    public Map<String, ModelTensor> tensors() {
        return tensors;
    }

    /** What {@code config.json} says. */
    public ModelConfig config() {
        return config;
    }

    /** The directory's files, weights and others. */
    public ModelFiles files() {
        return files;
    }

    @Override
    public void close() {
        shards.forEach(SafetensorsFile::close);
    }

    /**
     * The whole of a small file.
     *
     * @throws InvalidInputException if it is longer than {@code limit}
     */
    public static byte[] readWhole(ModelFiles files, String name, int limit, ErrorCode code) {
        try (RangedFile file = files.open(name)) {
            long size = file.size();
            if (size > limit) {
                throw new InvalidInputException(code, name, null, "longer than " + limit + " bytes: " + size);
            }
            byte[] bytes = new byte[(int) size];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    private static boolean isSharded(ModelFiles files) {
        List<String> names = files.names();
        boolean single = names.contains(SINGLE_FILE);
        boolean sharded = names.contains(INDEX_FILE);
        if (single && sharded) {
            throw new InvalidInputException(
                    ErrorCode.MODEL_INVALID,
                    null,
                    null,
                    "holds both " + SINGLE_FILE + " and " + INDEX_FILE + "; remove the one that is not meant");
        }
        if (!single && !sharded) {
            boolean pickle = names.stream().anyMatch(name -> name.startsWith("pytorch_model") && name.endsWith(".bin"));
            throw new InvalidInputException(
                    ErrorCode.MODEL_INVALID,
                    null,
                    null,
                    pickle
                            ? "holds pickled weights (pytorch_model*.bin), which are never loaded; convert them to safetensors"
                            : "holds neither " + SINGLE_FILE + " nor " + INDEX_FILE);
        }
        return sharded;
    }

    private static void openShards(
            ModelFiles files, FormatLimits limits, List<SafetensorsFile> shards, Map<String, ModelTensor> tensors) {
        Map<String, String> weightMap = readIndex(files, limits);
        List<String> present = files.names();
        for (String shardName : new TreeSet<>(weightMap.values())) {
            if (!present.contains(shardName)) {
                throw indexed(
                        null, "names the shard '" + Printable.name(shardName) + "', which is not in the directory");
            }
            SafetensorsFile shard = SafetensorsFile.open(files, shardName, ErrorCode.MODEL_INVALID, limits);
            shards.add(shard);
            for (ModelTensor tensor : shard.tensors()) {
                String name = tensor.info().name();
                @Nullable String expected = weightMap.get(name);
                if (!shardName.equals(expected)) {
                    throw new InvalidInputException(
                            ErrorCode.MODEL_INVALID,
                            shardName,
                            name,
                            expected == null
                                    ? "is in this shard but not in " + INDEX_FILE
                                    : "is in this shard, but " + INDEX_FILE + " says " + expected);
                }
                tensors.put(name, tensor);
            }
        }
        weightMap.forEach((name, shardName) -> {
            if (!tensors.containsKey(name)) {
                throw indexed(name, "is not in the shard " + shardName + " that the index names");
            }
        });
    }

    private static Map<String, String> readIndex(ModelFiles files, FormatLimits limits) {
        ObjectNode index = StrictJson.object(
                readWhole(files, INDEX_FILE, limits.jsonBytes(), ErrorCode.MODEL_INVALID),
                INDEX_FILE,
                ErrorCode.MODEL_INVALID);
        if (!(index.get("weight_map") instanceof ObjectNode map) || map.isEmpty()) {
            throw indexed(null, "has no weight_map");
        }
        Map<String, String> weightMap = new TreeMap<>(CodePointOrder.COMPARATOR);
        map.properties().forEach(entry -> {
            JsonNode shard = entry.getValue();
            if (!shard.isTextual() || !shard.textValue().endsWith(".safetensors")) {
                throw indexed(entry.getKey(), "weight_map must name a .safetensors file");
            }
            weightMap.put(entry.getKey(), shard.textValue());
        });
        return weightMap;
    }

    private static ModelConfig readConfig(ModelFiles files, FormatLimits limits) {
        if (!files.names().contains(ModelConfig.FILE)) {
            return ModelConfig.UNKNOWN;
        }
        return ModelConfig.of(StrictJson.pythonObject(
                readWhole(files, ModelConfig.FILE, limits.jsonBytes(), ErrorCode.MODEL_INVALID),
                ModelConfig.FILE,
                ErrorCode.MODEL_INVALID));
    }

    private static InvalidInputException indexed(@Nullable String tensor, String reason) {
        return new InvalidInputException(
                ErrorCode.MODEL_INVALID, INDEX_FILE, tensor == null ? null : Printable.name(tensor), reason);
    }
}
