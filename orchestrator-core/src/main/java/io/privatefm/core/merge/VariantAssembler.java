/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.AdapterFit;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.core.plan.TensorPlan;
import io.privatefm.core.plan.VariantPlanner;
import io.privatefm.core.plan.WeightedFit;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.TensorKernels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts a foundation and its adapters together: fits every adapter, plans every tensor, and gives the tensors of the merged
 * model as sources. All refusals that do not depend on values happen here, before anything is read in bulk.
 */
public final class VariantAssembler {
    private final Map<String, ? extends TensorSource> foundation;
    private final ModelConfig config;
    private final TensorKernels kernels;
    private final int tileElements;

    /** An adapter that goes in; {@code name} is how errors call it. */
    public record Part(String name, Adapter adapter, float weight) {}

    /**
     * A variant, not yet computed.
     *
     * @param changed the tensors that differ from the foundation's, added ones included
     * @param untiesEmbeddings whether {@code tie_word_embeddings} must become false
     */
    public record Assembly(Map<String, TensorSource> changed, boolean untiesEmbeddings) {}

    public VariantAssembler(
            Map<String, ? extends TensorSource> foundation,
            ModelConfig config,
            TensorKernels kernels,
            int tileElements) {
        this.foundation = foundation;
        this.config = config;
        this.kernels = kernels;
        this.tileElements = tileElements;
    }

    /**
     * Assembles a variant; reads headers only.
     *
     * @param parts in the order in which their updates are added; open as long as the assembly is read
     * @throws io.privatefm.spi.InvalidInputException if an adapter does not fit, or the adapters do not combine
     */
    public Assembly assemble(List<Part> parts, MergeStrategy strategy, Rounding rounding, Composition composition) {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        foundation.forEach((name, tensor) -> infos.put(name, tensor.info()));
        List<WeightedFit> fits = new ArrayList<>();
        boolean unties = false;
        for (Part part : parts) {
            AdapterFit fit = part.adapter().fit(infos, config);
            fits.add(new WeightedFit(part.name(), fit, part.weight()));
            unties |= fit.untiesEmbeddings();
        }
        List<TensorPlan> plans = new VariantPlanner(infos, rounding, composition)
                .plan(
                        fits,
                        (adapter, key) ->
                                parts.get(adapter).adapter().tensor(key).info());
        List<Adapter> adapters = parts.stream().map(Part::adapter).toList();
        MergedTensors merged = new MergedTensors(foundation, adapters, strategy, kernels, tileElements);
        Map<String, TensorSource> changed = new TreeMap<>(CodePointOrder.COMPARATOR);
        plans.forEach(plan -> changed.put(plan.output().name(), merged.source(plan)));
        return new Assembly(changed, unties);
    }

    /** All tensors of a model: the foundation's with {@code changed} laid over them. */
    public static List<TensorSource> overlay(
            Map<String, ? extends TensorSource> foundation, Map<String, ? extends TensorSource> changed) {
        Map<String, TensorSource> all = new TreeMap<>(CodePointOrder.COMPARATOR);
        all.putAll(foundation);
        all.putAll(changed);
        return List.copyOf(all.values());
    }
}
