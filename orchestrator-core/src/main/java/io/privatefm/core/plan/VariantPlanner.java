/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import io.privatefm.core.adapter.TensorChange;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Lays the fits of a variant's adapters over each other, tensor by tensor, and refuses what does not combine. */
public final class VariantPlanner {
    private final Map<String, TensorInfo> foundation;
    private final Rounding rounding;
    private final Composition composition;

    private record Part(int adapter, WeightedFit fit, TensorChange change) {}

    public VariantPlanner(Map<String, TensorInfo> foundation, Rounding rounding, Composition composition) {
        this.foundation = foundation;
        this.rounding = rounding;
        this.composition = composition;
    }

    /**
     * The tensors in which a variant differs from the foundation, in ascending order of name.
     *
     * @param adapters in the order in which their updates are added; plans refer to them by index
     * @param sourceOf the info of a whole tensor in an adapter, by adapter index and key
     * @throws InvalidInputException naming the tensor whose changes do not combine
     */
    public List<TensorPlan> plan(List<WeightedFit> adapters, SourceInfo sourceOf) {
        Map<String, List<Part>> byTarget = new TreeMap<>(CodePointOrder.COMPARATOR);
        for (int i = 0; i < adapters.size(); i++) {
            WeightedFit fit = adapters.get(i);
            if (!Float.isFinite(fit.weight())) {
                throw new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT, "the weight of " + fit.name() + " is not finite");
            }
            for (TensorChange change : fit.fit().changes()) {
                byTarget.computeIfAbsent(change.target(), target -> new ArrayList<>())
                        .add(new Part(i, fit, change));
            }
        }
        List<TensorPlan> plans = new ArrayList<>();
        byTarget.forEach((target, parts) -> plans.add(plan(target, parts, sourceOf)));
        return plans;
    }

    /** Looks up what an adapter's file says of one of its tensors. */
    @FunctionalInterface
    public interface SourceInfo {
        TensorInfo get(int adapter, String key);
    }

    private TensorPlan plan(String target, List<Part> parts, SourceInfo sourceOf) {
        Part first = parts.get(0);
        if (first.change() instanceof TensorChange.Add add) {
            requireAlone(target, parts);
            TensorInfo source = sourceOf.get(first.adapter(), add.source());
            return new TensorPlan.Copied(
                    new TensorInfo(target, source.dtype(), source.shape()), first.adapter(), add.source());
        }
        TensorInfo info = foundation.get(target);
        if (info == null) {
            throw new IllegalStateException("planned on another foundation: " + target);
        }
        if (first.change() instanceof TensorChange.Replace replace) {
            requireAlone(target, parts);
            return new TensorPlan.Copied(info, first.adapter(), replace.source());
        }
        parts.forEach(part -> requireCombinable(target, part, parts));
        return new TensorPlan.Updated(
                info,
                parts.stream()
                        .map(part ->
                                new TensorPlan.Term(part.adapter(), part.fit().weight(), part.change()))
                        .toList(),
                roundingOf(first.change()),
                composition);
    }

    /** PEFT rounds an embedding's update in both modes, and a bias's in neither. */
    private Rounding roundingOf(TensorChange change) {
        if (change instanceof TensorChange.LowRank lowRank) {
            return lowRank.layer() == TensorChange.Layer.EMBEDDING ? Rounding.SAFE : rounding;
        }
        return Rounding.SINGLE;
    }

    private static void requireAlone(String target, List<Part> parts) {
        if (parts.size() > 1) {
            throw refused(
                    target,
                    "is replaced as a whole by " + parts.get(0).fit().name() + " and changed by "
                            + parts.get(1).fit().name() + " too");
        }
        if (parts.get(0).fit().weight() != 1f) {
            throw refused(
                    target, "is replaced as a whole by " + parts.get(0).fit().name() + ", which takes no weight but 1");
        }
    }

    private static void requireCombinable(String target, Part part, List<Part> parts) {
        boolean alone = parts.size() == 1;
        if (part.change() instanceof TensorChange.Replace || part.change() instanceof TensorChange.Add) {
            requireAlone(target, List.of(part, parts.get(0)));
        }
        if (part.change() instanceof TensorChange.LowRank lowRank) {
            if (lowRank.magnitude().isPresent() && (!alone || part.fit().weight() != 1f)) {
                throw refused(
                        target,
                        "has a DoRA adapter (" + part.fit().name()
                                + "), which combines with no other adapter and takes no weight but 1");
            }
            Optional<TensorChange.Layer> other = parts.stream()
                    .map(Part::change)
                    .filter(TensorChange.LowRank.class::isInstance)
                    .map(change -> ((TensorChange.LowRank) change).layer())
                    .filter(layer -> layer != lowRank.layer())
                    .findFirst();
            if (other.isPresent()) {
                throw refused(target, "is " + lowRank.layer() + " for one adapter and " + other.get() + " for another");
            }
        }
        if (!alone && baseOf(part.change()).isPresent()) {
            throw refused(
                    target,
                    "comes with values of its own foundation from " + part.fit().name()
                            + ", which combine with no other adapter");
        }
    }

    private static Optional<String> baseOf(TensorChange change) {
        if (change instanceof TensorChange.LowRank lowRank) {
            return lowRank.base();
        }
        return change instanceof TensorChange.BiasShift shift ? shift.base() : Optional.empty();
    }

    private static InvalidInputException refused(String target, String reason) {
        return new InvalidInputException(ErrorCode.ADAPTER_UNSUPPORTED, null, target, reason);
    }
}
