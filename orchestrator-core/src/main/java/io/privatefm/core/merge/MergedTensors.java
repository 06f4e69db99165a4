/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.TensorChange;
import io.privatefm.core.adapter.TensorChange.Layer;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.core.plan.TensorPlan;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.TensorKernels;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns planned tensors into sources that compute their bytes when they are read. Nothing is read here; every source starts
 * from the pristine foundation.
 */
public final class MergedTensors {
    /** Elements computed at once by one thread: the scratch stays in the L2 cache. */
    public static final int DEFAULT_TILE_ELEMENTS = 16_384;

    private final Map<String, ? extends TensorSource> foundation;
    private final List<Adapter> adapters;
    private final MergeStrategy strategy;
    private final TensorKernels kernels;
    private final int tileElements;

    /**
     * The sources of one variant.
     *
     * @param foundation the foundation's tensors by name
     * @param adapters what the plans' adapter indices refer to; open as long as the sources are read
     * @param tileElements elements computed at once; changes speed only
     */
    public MergedTensors(
            Map<String, ? extends TensorSource> foundation,
            List<Adapter> adapters,
            MergeStrategy strategy,
            TensorKernels kernels,
            int tileElements) {
        this.foundation = foundation;
        this.adapters = List.copyOf(adapters);
        this.strategy = strategy;
        this.kernels = kernels;
        this.tileElements = tileElements;
    }

    /** The source of one planned tensor. */
    public TensorSource source(TensorPlan plan) {
        if (plan instanceof TensorPlan.Copied copied) {
            return new ConvertedTensor(
                    copied.output(), adapters.get(copied.adapter()).tensor(copied.source()));
        }
        TensorPlan.Updated updated = (TensorPlan.Updated) plan;
        return new LazyTensor(updated.output(), () -> load(updated));
    }

    private TensorSource load(TensorPlan.Updated plan) {
        TensorInfo output = plan.output();
        TensorPlan.Term first = plan.terms().get(0);
        TensorSource base = baseOf(output, first);
        if (first.change() instanceof TensorChange.LowRank lowRank
                && lowRank.magnitude().isPresent()) {
            boolean perColumn = lowRank.layer() == Layer.TRANSPOSED_LINEAR || lowRank.layer() == Layer.EMBEDDING;
            float[] magnitudes = Update.values(
                    adapters.get(first.adapter()).tensor(lowRank.magnitude().get()));
            return new DoraTensor(base, update(output, first), magnitudes, columns(output), perColumn);
        }
        float[] weights = new float[plan.terms().size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = plan.terms().get(i).weight();
        }
        List<Update> updates =
                plan.terms().stream().map(term -> update(output, term)).toList();
        return new UpdatedTensor(base, updates, weights, strategy, plan.rounding(), plan.composition(), tileElements);
    }

    private TensorSource baseOf(TensorInfo output, TensorPlan.Term term) {
        Optional<String> saved = term.change() instanceof TensorChange.LowRank lowRank
                ? lowRank.base()
                : ((TensorChange.BiasShift) term.change()).base();
        if (saved.isPresent()) {
            return new ConvertedTensor(output, adapters.get(term.adapter()).tensor(saved.get()));
        }
        TensorSource base = foundation.get(output.name());
        if (base == null) {
            throw new IllegalStateException("planned on another foundation: " + output.name());
        }
        return base;
    }

    private Update update(TensorInfo output, TensorPlan.Term term) {
        Adapter adapter = adapters.get(term.adapter());
        if (term.change() instanceof TensorChange.LowRank lowRank) {
            return Update.lowRank(
                    lowRank,
                    adapter.tensor(lowRank.factorA()),
                    adapter.tensor(lowRank.factorB()),
                    columns(output),
                    kernels);
        }
        TensorChange.BiasShift shift = (TensorChange.BiasShift) term.change();
        return Update.shift(adapter.tensor(shift.source()), shift.scale());
    }

    /** Row length of a tensor seen as a matrix of its first dimension by all others. */
    private static int columns(TensorInfo info) {
        return Math.toIntExact(info.shape().elements() / info.shape().dim(0));
    }
}
