/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.Shape;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a linear layer is stored (out, in), as {@code nn.Linear} does, or (in, out), as transformers' {@code Conv1D}
 * does. The shapes decide; for square matrices the model type does, then the shapes of the adapter's other layers. The
 * configuration's {@code fan_in_fan_out} is only the last resort, since PEFT corrects it on loading.
 */
final class Orientation {
    /** Model types of transformers that are built from {@code Conv1D}, and their modules of that class. */
    private static final Set<String> CONV1D_TYPES = Set.of("gpt2", "openai-gpt", "imagegpt", "decision_transformer");

    private static final Set<String> CONV1D_MODULES = Set.of("c_attn", "q_attn", "c_proj", "c_fc");

    private final ModelConfig model;
    private final boolean fanInFanOut;
    private final boolean transposedElsewhere;

    /**
     * Decides for one adapter on one foundation.
     *
     * @param transposedElsewhere whether the adapter has a layer whose shapes say that it is stored (in, out)
     */
    Orientation(ModelConfig model, boolean fanInFanOut, boolean transposedElsewhere) {
        this.model = model;
        this.fanInFanOut = fanInFanOut;
        this.transposedElsewhere = transposedElsewhere;
    }

    /**
     * The layer kind of a 2-dimensional weight, empty if the factors fit it neither way.
     *
     * @param in features in, from factor A
     * @param out features out, from factor B
     */
    Optional<TensorChange.Layer> of(String module, Shape weight, long in, long out) {
        boolean straight = weight.dim(0) == out && weight.dim(1) == in;
        boolean transposed = weight.dim(0) == in && weight.dim(1) == out;
        if (straight && transposed) {
            return Optional.of(layer(squareIsTransposed(module)));
        }
        boolean possible = transposed ? mayBeTransposed(module) : straight && !isConv1d(module);
        return possible ? Optional.of(layer(transposed)) : Optional.empty();
    }

    private static TensorChange.Layer layer(boolean transposed) {
        return transposed ? TensorChange.Layer.TRANSPOSED_LINEAR : TensorChange.Layer.LINEAR;
    }

    /** Shapes alone are believed where nothing is known of the model, or the adapter says that it has such layers. */
    private boolean mayBeTransposed(String module) {
        return isConv1d(module) || model.modelType().isEmpty() || (fanInFanOut && !isBuiltFromConv1d());
    }

    private boolean isConv1d(String module) {
        return isBuiltFromConv1d() && CONV1D_MODULES.contains(module.substring(module.lastIndexOf('.') + 1));
    }

    private boolean isBuiltFromConv1d() {
        return CONV1D_TYPES.contains(model.modelType());
    }

    private boolean squareIsTransposed(String module) {
        if (isBuiltFromConv1d()) {
            return isConv1d(module);
        }
        return transposedElsewhere || (fanInFanOut && model.modelType().isEmpty());
    }

    /** Whether factors of these sizes fit a matrix only if it is stored (in, out). */
    static boolean isTransposedOnly(Shape weight, long in, long out) {
        return weight.rank() == 2 && in != out && weight.dim(0) == in && weight.dim(1) == out;
    }
}
