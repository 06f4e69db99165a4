/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.StoredTensor;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A Llama of two layers whose linear layers are large, and adapters for all of them: 117 MB of merged weights. */
final class LargeLlama {
    /** Rank of the adapters. */
    static final int RANK = 16;

    private static final String[] MODULES = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"
    };
    private static final int SIZE = 2048;

    private LargeLlama() {}

    static TinyModel model() {
        SplittableRandom random = new SplittableRandom(1);
        TinyModel model = TinyModels.llama(1, FloatType.BF16, false);
        for (String module : List.copyOf(model.layers().keySet())) {
            if (isMerged(module)) {
                float[] values = new float[SIZE * SIZE];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextDouble() - 0.5) / 16;
                }
                model = model.withTensor(
                        module + ".weight", StoredTensor.of(FloatType.BF16, new long[] {SIZE, SIZE}, values));
            }
        }
        return model;
    }

    /** An adapter that {@code seed} alone decides. */
    static TinyAdapter adapter(TinyModel model, long seed) {
        return TinyAdapters.empty(model, seed)
                .rank(RANK, RANK)
                .target(MODULES)
                .factors(model.layers().keySet().stream()
                        .filter(LargeLlama::isMerged)
                        .toList());
    }

    /** How many weights an adapter changes. */
    static double weights(TinyModel model) {
        return (double) model.layers().keySet().stream()
                        .filter(LargeLlama::isMerged)
                        .count()
                * SIZE
                * SIZE;
    }

    private static boolean isMerged(String module) {
        return Arrays.stream(MODULES).anyMatch(module::endsWith);
    }
}
