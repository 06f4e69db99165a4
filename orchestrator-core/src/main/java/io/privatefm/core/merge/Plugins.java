/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.TensorKernels;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** The merge strategies and kernels at hand: core's own and those that the host found with a service loader. */
public final class Plugins {
    private final Map<String, MergeStrategy> strategies = new TreeMap<>();
    private final TensorKernels kernels;

    /**
     * Core's own plug-ins and these.
     *
     * @throws InvalidInputException if two strategies have the same id
     */
    public Plugins(Iterable<MergeStrategy> foundStrategies, Collection<TensorKernels> foundKernels) {
        add(new WeightedSum());
        foundStrategies.forEach(found -> add(new GuardedStrategy(found)));
        TensorKernels scalar = new ScalarKernels();
        kernels = foundKernels.stream()
                .filter(TensorKernels::isSupported)
                .max(Comparator.comparingInt(TensorKernels::priority).thenComparing(TensorKernels::id))
                .filter(best -> best.priority() > scalar.priority())
                .orElse(scalar);
    }

    /** The supported kernel of highest priority. */
    public TensorKernels kernels() {
        return kernels;
    }

    /**
     * A strategy by its id.
     *
     * @throws InvalidInputException if there is none
     */
    public MergeStrategy strategy(String id) {
        MergeStrategy strategy = strategies.get(id);
        if (strategy == null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "no merge strategy '" + id + "'; known are " + strategies.keySet());
        }
        return strategy;
    }

    private void add(MergeStrategy strategy) {
        if (strategies.putIfAbsent(strategy.id(), strategy) != null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "two merge strategies have the id '" + strategy.id() + "'");
        }
    }
}
