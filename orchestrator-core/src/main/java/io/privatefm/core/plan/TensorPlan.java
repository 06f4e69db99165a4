/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import io.privatefm.core.adapter.TensorChange;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import java.util.List;

/** How one tensor of a variant that is not simply the foundation's comes about. */
public sealed interface TensorPlan {
    /** The tensor as the merged model has it. */
    TensorInfo output();

    /**
     * Taken from an adapter, rounded to the output's dtype.
     *
     * @param adapter index among the variant's adapters
     * @param source key in the adapter's file
     */
    record Copied(TensorInfo output, int adapter, String source) implements TensorPlan {}

    /** The foundation's tensor with updates; the terms in the order in which they are added. */
    record Updated(TensorInfo output, List<Term> terms, Rounding rounding, Composition composition)
            implements TensorPlan {
        public Updated {
            terms = List.copyOf(terms);
        }
    }

    /**
     * One adapter's update of a tensor.
     *
     * @param adapter index among the variant's adapters
     * @param change a {@link TensorChange.LowRank} or a {@link TensorChange.BiasShift}
     */
    record Term(int adapter, float weight, TensorChange change) {}
}
