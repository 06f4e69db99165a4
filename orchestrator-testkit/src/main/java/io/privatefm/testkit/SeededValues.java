/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.util.SplittableRandom;

/** Values that depend on a seed and a name only, so that adding one tensor to a model leaves the others as they are. */
final class SeededValues {
    private SeededValues() {}

    /** Uniform in {@code (center - spread, center + spread)}, rounded to {@code type}. */
    static StoredTensor tensor(long seed, String name, FloatType type, double center, double spread, long... shape) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + name.hashCode());
        float[] values = new float[StoredTensor.elements(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (center + spread * (2 * random.nextDouble() - 1));
        }
        return StoredTensor.of(type, shape, values);
    }
}
