/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.plan.MergePlanner;
import io.privatefm.spi.merge.DeltaTile;
import io.privatefm.spi.merge.MergeStrategy;

/** {@code sum_i (w_i * delta_i)} in binary32, in the order of the adapters. */
public final class WeightedSum implements MergeStrategy {
    @Override
    public String id() {
        return MergePlanner.WEIGHTED_SUM;
    }

    @Override
    public int revision() {
        return 1;
    }

    @Override
    public void combine(DeltaTile tile, float[] combined) {
        int length = tile.length();
        float firstWeight = tile.weight(0);
        float[] first = tile.delta(0);
        for (int i = 0; i < length; i++) {
            combined[i] = firstWeight * first[i];
        }
        for (int adapter = 1; adapter < tile.adapters(); adapter++) {
            float weight = tile.weight(adapter);
            float[] delta = tile.delta(adapter);
            for (int i = 0; i < length; i++) {
                combined[i] = combined[i] + weight * delta[i];
            }
        }
    }
}
