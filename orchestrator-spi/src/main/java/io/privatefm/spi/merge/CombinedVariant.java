/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Subject;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A variant that merges several subjects into one model. A choice, not the default: adapters of different subjects can undo
 * each other.
 *
 * @param name of the same form as a subject's, and no subject of the namespace
 * @param weights finite weight of each subject, two or more
 * @param strategy id of a {@link MergeStrategy}
 */
public record CombinedVariant(String name, SortedMap<Subject, Float> weights, String strategy) {
    public CombinedVariant {
        Subject.of(name);
        weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        if (weights.size() < 2 || !weights.values().stream().allMatch(Float::isFinite)) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "combined variant " + name + " needs two or more subjects with finite weights");
        }
    }

    /** A weighted sum of these subjects. */
    public static CombinedVariant weightedSum(String name, Map<Subject, Float> weights) {
        return new CombinedVariant(name, new TreeMap<>(weights), "weighted-sum");
    }
}
