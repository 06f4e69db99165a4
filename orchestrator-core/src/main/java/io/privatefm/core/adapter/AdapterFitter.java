/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.adapter.AdapterKeys.Module;
import io.privatefm.core.adapter.AdapterKeys.Part;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lays one adapter onto one foundation: names, shapes, ranks and completeness, all or nothing. */
final class AdapterFitter {
    private static final String FILE = Adapter.WEIGHTS_FILE;
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final PeftConfig config;
    private final PatternSteps steps;
    private final AdapterKeys keys;
    private final Map<String, TensorInfo> foundation;
    private final Orientation orientation;
    private final TiedEmbeddings tied;
    private final BaseNames names;
    private final List<TensorChange> changes = new ArrayList<>();

    AdapterFitter(
            PeftConfig config,
            PatternSteps steps,
            List<TensorInfo> tensors,
            Map<String, TensorInfo> foundation,
            ModelConfig model) {
        this.config = config;
        this.steps = steps;
        this.keys = new AdapterKeys(FILE, tensors);
        this.foundation = foundation;
        this.tied = new TiedEmbeddings(model, foundation.keySet());
        tied.refuseMissingHead(keys.modules().keySet());
        List<String> targets =
                keys.modules().keySet().stream().map(module -> module + WEIGHT).toList();
        this.names = BaseNames.resolve(targets, foundation.keySet(), FILE);
        this.orientation = new Orientation(model, config.isFanInFanOut(), hasTransposedLayer());
    }

    AdapterFit fit() {
        keys.modules().forEach(this::addModule);
        new WholeTensors(config, names, foundation).resolve(keys.whole()).forEach(changes::add);
        if (changes.isEmpty()) {
            throw new InvalidInputException(
                    ErrorCode.ADAPTER_INVALID, FILE, null, "holds nothing that changes a model");
        }
        refuseIncomplete();
        boolean unties = tied.checkAndSeeWhetherUntied(changes);
        changes.sort(Comparator.comparing(TensorChange::target, CodePointOrder.COMPARATOR));
        return new AdapterFit(changes, unties);
    }

    private void addModule(String module, Module parts) {
        if (config.targets().map(targets -> !targets.selects(module, steps)).orElse(false) && parts.hasFactors()) {
            throw invalid(module, "has factors here, but " + PeftConfig.FILE + " does not target this module");
        }
        TensorInfo weight = weightOf(module);
        boolean linear = parts.part(Part.A).isPresent() || parts.part(Part.B).isPresent();
        boolean embedding = parts.part(Part.EMBEDDING_A).isPresent()
                || parts.part(Part.EMBEDDING_B).isPresent();
        if (linear && embedding) {
            throw invalid(module, "has factors of a linear layer and of an embedding");
        }
        Optional<String> base = parts.part(Part.BASE_WEIGHT).map(source -> baseValues(source, weight));
        if (linear) {
            addFactors(module, weight, parts, base);
        } else if (embedding) {
            addEmbedding(module, weight, parts, base);
        } else {
            base.ifPresent(source -> changes.add(new TensorChange.Replace(weight.name(), source)));
            if (parts.hasFactors()) {
                throw invalid(module, "has LoRA tensors but neither factor A nor factor B");
            }
        }
        addBias(module, parts);
    }

    private void addFactors(String module, TensorInfo weight, Module parts, Optional<String> base) {
        TensorInfo a = required(module, parts, Part.A);
        TensorInfo b = required(module, parts, Part.B);
        int rank = rankOf(module, a, b, 0, 1);
        TensorChange.Layer layer = layerOf(module, weight.shape(), a, b);
        long outputs = b.shape().dim(0);
        Shape magnitude = layer == TensorChange.Layer.CONVOLUTION ? convMagnitude(weight.shape()) : Shape.of(outputs);
        addLowRank(module, weight, layer, a, b, rank, magnitude, parts, base);
    }

    private void addEmbedding(String module, TensorInfo weight, Module parts, Optional<String> base) {
        TensorInfo a = required(module, parts, Part.EMBEDDING_A);
        TensorInfo b = required(module, parts, Part.EMBEDDING_B);
        int rank = rankOf(module, a, b, 0, 1);
        Shape shape = weight.shape();
        if (a.shape().rank() != 2
                || b.shape().rank() != 2
                || shape.rank() != 2
                || a.shape().dim(1) != shape.dim(0)
                || b.shape().dim(0) != shape.dim(1)) {
            throw misfit(a.name(), shapes(a, b) + " do not fit the embedding " + weight.name() + " " + shape);
        }
        addLowRank(module, weight, TensorChange.Layer.EMBEDDING, a, b, rank, Shape.of(shape.dim(1)), parts, base);
    }

    private void addLowRank(
            String module,
            TensorInfo weight,
            TensorChange.Layer layer,
            TensorInfo a,
            TensorInfo b,
            int rank,
            Shape magnitudeShape,
            Module parts,
            Optional<String> base) {
        requireFloat(a);
        requireFloat(b);
        Optional<TensorInfo> magnitude = parts.magnitude();
        if (parts.part(Part.MAGNITUDE).isPresent()
                && parts.part(Part.OLD_MAGNITUDE).isPresent()) {
            throw invalid(module, "has two magnitude vectors");
        }
        if (magnitude.isPresent() != config.usesDora()) {
            throw invalid(
                    module,
                    config.usesDora()
                            ? "use_dora is set, but the magnitude vector is missing"
                            : "has a magnitude vector, but use_dora is not set");
        }
        magnitude.ifPresent(vector -> {
            requireFloat(vector);
            if (!vector.shape().equals(magnitudeShape)) {
                throw misfit(vector.name(), "has shape " + vector.shape() + ", expected " + magnitudeShape);
            }
        });
        requireMergeable(weight);
        changes.add(new TensorChange.LowRank(
                weight.name(),
                layer,
                a.name(),
                b.name(),
                rank,
                config.scaleOf(module, steps),
                magnitude.map(TensorInfo::name),
                base));
    }

    private void addBias(String module, Module parts) {
        Optional<TensorInfo> shift = parts.part(Part.B_BIAS);
        Optional<TensorInfo> saved = parts.part(Part.BASE_BIAS);
        boolean expected = config.hasLoraBias() && parts.part(Part.B).isPresent();
        if (shift.isPresent() != expected) {
            throw invalid(
                    module,
                    expected ? "lora_bias is set, but lora_B.bias is missing" : "has lora_B.bias without lora_bias");
        }
        if (shift.isEmpty() && saved.isEmpty()) {
            return;
        }
        String name = names.toFoundation(module + BIAS);
        TensorInfo bias = foundation.get(name);
        if (bias == null) {
            throw misfit(module + BIAS, "the foundation has no bias for this module");
        }
        Optional<String> base = saved.map(source -> baseValues(source, bias));
        if (shift.isPresent()) {
            requireFloat(shift.get());
            requireMergeable(bias);
            changes.add(new TensorChange.BiasShift(
                    name, sameShape(shift.get(), bias), config.scaleOf(module, steps), base));
        } else {
            base.ifPresent(source -> changes.add(new TensorChange.Replace(name, source)));
        }
    }

    private boolean hasTransposedLayer() {
        return keys.modules().entrySet().stream().anyMatch(entry -> {
            Optional<TensorInfo> a = entry.getValue().part(Part.A);
            Optional<TensorInfo> b = entry.getValue().part(Part.B);
            return a.isPresent()
                    && b.isPresent()
                    && a.get().shape().rank() == 2
                    && b.get().shape().rank() == 2
                    && Orientation.isTransposedOnly(
                            weightOf(entry.getKey()).shape(),
                            a.get().shape().dim(1),
                            b.get().shape().dim(0));
        });
    }

    private TensorInfo weightOf(String module) {
        TensorInfo weight = foundation.get(names.toFoundation(module + WEIGHT));
        if (weight == null) {
            throw new IllegalStateException("unresolved " + module);
        }
        return weight;
    }

    private TensorInfo required(String module, Module parts, Part part) {
        return parts.part(part)
                .orElseThrow(
                        () -> invalid(module, "its pair of factors is incomplete: no " + part + " beside the other"));
    }

    /** The rank that both factors have and the configuration says. */
    private int rankOf(String module, TensorInfo a, TensorInfo b, int dimOfA, int dimOfB) {
        int rank = config.rankOf(module, steps);
        if (a.shape().rank() < 2
                || b.shape().rank() < 2
                || a.shape().dim(dimOfA) != rank
                || b.shape().dim(dimOfB) != rank) {
            throw misfit(a.name(), shapes(a, b) + " do not have the configured rank " + rank);
        }
        return rank;
    }

    private TensorChange.Layer layerOf(String module, Shape weight, TensorInfo a, TensorInfo b) {
        Optional<TensorChange.Layer> layer = Optional.empty();
        if (weight.rank() == 2 && a.shape().rank() == 2 && b.shape().rank() == 2) {
            layer = orientation.of(module, weight, a.shape().dim(1), b.shape().dim(0));
        } else if (weight.rank() > 2 && isConvolution(weight, a.shape(), b.shape())) {
            layer = Optional.of(TensorChange.Layer.CONVOLUTION);
        }
        return layer.orElseThrow(() -> misfit(
                a.name(), shapes(a, b) + " do not fit " + module + WEIGHT + " " + weight + " of the foundation"));
    }

    private static boolean isConvolution(Shape weight, Shape a, Shape b) {
        if (a.rank() != weight.rank() || b.rank() != weight.rank() || b.dim(0) != weight.dim(0)) {
            return false;
        }
        for (int i = 1; i < weight.rank(); i++) {
            if (a.dim(i) != weight.dim(i) || (i > 1 && b.dim(i) != 1)) {
                return false;
            }
        }
        return true;
    }

    private static Shape convMagnitude(Shape weight) {
        long[] dims = new long[weight.rank()];
        java.util.Arrays.fill(dims, 1);
        dims[1] = weight.dim(0);
        return Shape.of(dims);
    }

    /** A file that lost layers must not merge in part; {@link Completeness} has the rule. */
    private void refuseIncomplete() {
        config.targets().ifPresent(targets -> {
            List<String> targeted = new ArrayList<>();
            for (TensorInfo tensor : foundation.values()) {
                if (tensor.name().endsWith(WEIGHT) && tensor.shape().rank() >= 2) {
                    String name = names.toModelClass(tensor.name());
                    String module = name.substring(0, name.length() - WEIGHT.length());
                    if (targets.selects(module, steps)) {
                        targeted.add(module);
                    }
                }
            }
            Completeness.firstMissing(targeted, keys.modules().keySet(), targets.targetNames())
                    .ifPresent(module -> {
                        throw invalid(module, "is targeted by " + PeftConfig.FILE + ", but has no factors here");
                    });
        });
    }

    /** Values that replace those of the foundation; their dtype must become the foundation's by rounding. */
    private String baseValues(TensorInfo source, TensorInfo target) {
        if (source.dtype() != target.dtype()) {
            requireFloat(source);
            requireMergeable(target);
        }
        return sameShape(source, target);
    }

    private String sameShape(TensorInfo source, TensorInfo target) {
        if (!source.shape().equals(target.shape())) {
            throw misfit(
                    source.name(),
                    "has shape " + source.shape() + ", the foundation's " + target.name() + " has " + target.shape());
        }
        return source.name();
    }

    private static void requireFloat(TensorInfo tensor) {
        if (!tensor.dtype().isMergeable()) {
            throw new InvalidInputException(
                    ErrorCode.ADAPTER_UNSUPPORTED,
                    FILE,
                    tensor.name(),
                    "dtype " + tensor.dtype() + " is not supported, only F32, F16 and BF16");
        }
    }

    private static void requireMergeable(TensorInfo weight) {
        if (!weight.dtype().isMergeable()) {
            throw new InvalidInputException(
                    ErrorCode.ADAPTER_UNSUPPORTED,
                    FILE,
                    weight.name(),
                    "the foundation's dtype " + weight.dtype() + " cannot be merged, only F32, F16 and BF16");
        }
    }

    private static String shapes(TensorInfo a, TensorInfo b) {
        return "factors A " + a.shape() + " and B " + b.shape();
    }

    private static InvalidInputException invalid(String module, String reason) {
        return new InvalidInputException(ErrorCode.ADAPTER_INVALID, FILE, module, reason);
    }

    private static InvalidInputException misfit(String tensor, String reason) {
        return new InvalidInputException(ErrorCode.ADAPTER_MISFIT, FILE, tensor, reason);
    }
}
