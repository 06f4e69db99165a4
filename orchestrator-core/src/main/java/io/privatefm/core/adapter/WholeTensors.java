/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tensors that an adapter carries whole: they replace the foundation's, or, for a head that the foundation lacks, are
 * added. Something must explain each one; a tensor that nothing explains is refused.
 */
final class WholeTensors {
    private static final String FILE = Adapter.WEIGHTS_FILE;

    /** Modules that {@code save_pretrained} may save unasked ({@code save_embedding_layers}). */
    private static final Set<String> EMBEDDING_LAYERS = Set.of(
            "embed_tokens", "wte", "word_embeddings", "embed_in", "tok_embeddings", "shared", "lm_head", "embed_out");

    private final PeftConfig config;
    private final BaseNames names;
    private final Map<String, TensorInfo> foundation;

    /** The foundation's tensors by what their names end with; one of several. */
    private final Map<String, String> byEnding = new HashMap<>();

    WholeTensors(PeftConfig config, BaseNames names, Map<String, TensorInfo> foundation) {
        this.config = config;
        this.names = names;
        this.foundation = foundation;
        for (String tensor : foundation.keySet()) {
            DottedName.endings(tensor).forEach(ending -> byEnding.putIfAbsent(ending, tensor));
        }
    }

    List<TensorChange> resolve(Map<String, TensorInfo> whole) {
        List<TensorChange> changes = new ArrayList<>();
        whole.forEach((name, tensor) -> changes.add(resolve(name, tensor)));
        refuseIncomplete(whole.keySet());
        return changes;
    }

    private TensorChange resolve(String name, TensorInfo tensor) {
        @Nullable TensorInfo counterpart = counterpart(name);
        String module = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        boolean saved = config.savedModules().contains(module);
        if (counterpart == null) {
            if (!saved && !isHeadOfTask(module)) {
                throw misfit(
                        tensor,
                        "the foundation has no such tensor, and neither modules_to_save nor the task type"
                                + " makes it a head");
            }
            refuseLookAlike(name, tensor);
            return new TensorChange.Add(name, tensor.name());
        }
        boolean bias = config.savesBiases() && name.endsWith(".bias");
        if (!saved && !bias && !isHeadOfTask(module) && !EMBEDDING_LAYERS.contains(lastComponent(module))) {
            throw misfit(tensor, "a whole tensor that nothing in " + PeftConfig.FILE + " explains");
        }
        if (!tensor.shape().equals(counterpart.shape())) {
            throw misfit(
                    tensor,
                    "has shape " + tensor.shape() + ", the foundation's " + counterpart.name() + " has "
                            + counterpart.shape());
        }
        if (!isConvertible(tensor.dtype(), counterpart.dtype())) {
            throw misfit(tensor, "has dtype " + tensor.dtype() + ", which does not become " + counterpart.dtype());
        }
        return new TensorChange.Replace(counterpart.name(), tensor.name());
    }

    private @Nullable TensorInfo counterpart(String name) {
        TensorInfo mapped = foundation.get(names.toFoundation(name));
        return mapped != null ? mapped : foundation.get(name);
    }

    private boolean isHeadOfTask(String module) {
        return Arrays.stream(module.split("\\.", -1))
                .anyMatch(component -> config.headsOfTask().contains(component));
    }

    /** A tensor must not be added beside the one it was meant to replace. */
    private void refuseLookAlike(String name, TensorInfo tensor) {
        Optional<String> other = Optional.ofNullable(byEnding.get(name))
                .or(() -> DottedName.endings(name).stream()
                        .filter(foundation::containsKey)
                        .findFirst());
        if (other.isPresent()) {
            throw misfit(
                    tensor, "the foundation has " + other.get() + ", but not by the name that the other tensors have");
        }
    }

    /** A module to save that the foundation has must be here. */
    private void refuseIncomplete(Set<String> present) {
        for (TensorInfo tensor : foundation.values()) {
            String name = names.toModelClass(tensor.name());
            String module = name.substring(0, Math.max(0, name.lastIndexOf('.')));
            if (config.savedModules().contains(module) && !present.contains(name) && !present.contains(tensor.name())) {
                throw new InvalidInputException(
                        ErrorCode.ADAPTER_INVALID,
                        FILE,
                        name,
                        "is in modules_to_save and the foundation, but not here");
            }
        }
    }

    private static boolean isConvertible(Dtype from, Dtype to) {
        return from == to || (from.isMergeable() && to.isMergeable());
    }

    private static String lastComponent(String module) {
        return module.substring(module.lastIndexOf('.') + 1);
    }

    private static InvalidInputException misfit(TensorInfo tensor, String reason) {
        return new InvalidInputException(ErrorCode.ADAPTER_MISFIT, FILE, tensor.name(), reason);
    }
}
