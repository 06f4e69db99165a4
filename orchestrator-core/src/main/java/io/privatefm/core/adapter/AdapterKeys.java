/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys of {@code adapter_model.safetensors}, sorted by what they are: factors of a module, values that replace those
 * of the foundation, or tensors saved whole. Names are without {@code base_model.model.}.
 */
final class AdapterKeys {
    private static final String PREFIX = "base_model.model.";

    /** The parts of one module's LoRA layer that a file may hold. */
    enum Part {
        A(".lora_A.weight"),
        B(".lora_B.weight"),
        B_BIAS(".lora_B.bias"),
        EMBEDDING_A(".lora_embedding_A"),
        EMBEDDING_B(".lora_embedding_B"),
        MAGNITUDE(".lora_magnitude_vector"),
        OLD_MAGNITUDE(".lora_magnitude_vector.weight"),
        BASE_WEIGHT(".base_layer.weight"),
        BASE_BIAS(".base_layer.bias");

        private final String suffix;

        Part(String suffix) {
            this.suffix = suffix;
        }
    }

    /** What the file holds of one module. */
    static final class Module {
        private final Map<Part, TensorInfo> parts = new LinkedHashMap<>();

        Optional<TensorInfo> part(Part part) {
            return Optional.ofNullable(parts.get(part));
        }

        /** PEFT before 0.9 and since write the magnitude under two names. */
        Optional<TensorInfo> magnitude() {
            return part(Part.MAGNITUDE).or(() -> part(Part.OLD_MAGNITUDE));
        }

        boolean hasFactors() {
            return parts.keySet().stream().anyMatch(part -> part != Part.BASE_WEIGHT && part != Part.BASE_BIAS);
        }
    }

    private final Map<String, Module> modules = new TreeMap<>(CodePointOrder.COMPARATOR);
    private final Map<String, TensorInfo> whole = new TreeMap<>(CodePointOrder.COMPARATOR);

    AdapterKeys(String file, Collection<TensorInfo> tensors) {
        for (TensorInfo tensor : tensors) {
            String key = tensor.name();
            if (!key.startsWith(PREFIX)) {
                throw invalid(file, key, "keys of an adapter begin with '" + PREFIX + "'");
            }
            add(file, key.substring(PREFIX.length()), tensor);
        }
    }

    /** Modules with LoRA parts, by name. */
    Map<String, Module> modules() {
        return modules;
    }

    /** Tensors saved whole, by the name that the model class gives them. */
    Map<String, TensorInfo> whole() {
        return whole;
    }

    private void add(String file, String name, TensorInfo tensor) {
        if (name.endsWith(".token_adapter.trainable_tokens_delta")) {
            throw new InvalidInputException(
                    ErrorCode.ADAPTER_UNSUPPORTED, file, tensor.name(), "trainable tokens are not supported");
        }
        @Nullable Part part = partOf(name);
        if (part == null) {
            if (name.contains(".lora_") || name.startsWith("lora_")) {
                throw invalid(file, tensor.name(), "an unknown kind of LoRA tensor");
            }
            whole.put(name, tensor);
            return;
        }
        String module = name.substring(0, name.length() - part.suffix.length());
        if (module.endsWith(".base_layer")) {
            throw new InvalidInputException(
                    ErrorCode.ADAPTER_UNSUPPORTED,
                    file,
                    tensor.name(),
                    "adapters nested in adapters (target_parameters) are not supported");
        }
        modules.computeIfAbsent(module, absent -> new Module()).parts.put(part, tensor);
    }

    private static @Nullable Part partOf(String name) {
        for (Part part : Part.values()) {
            if (name.endsWith(part.suffix) && name.length() > part.suffix.length()) {
                return part;
            }
        }
        return null;
    }

    private static InvalidInputException invalid(String file, String tensor, String reason) {
        return new InvalidInputException(ErrorCode.ADAPTER_INVALID, file, tensor, reason);
    }
}
