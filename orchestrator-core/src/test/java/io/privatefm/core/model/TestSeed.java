/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import java.util.SplittableRandom;

/** Fixture: the seed of a random test. A new one for each run; {@code -Dpfm.seed=…} runs an old one again. */
public final class TestSeed {
    private static final String PROPERTY = "pfm.seed";

    private TestSeed() {}

    /** The seed to use, which is printed with the name of the test. */
    public static long of(Class<?> test) {
        long seed = Long.getLong(PROPERTY, new SplittableRandom().nextLong());
        System.out.println(test.getSimpleName() + ": to run this again: -D" + PROPERTY + "=" + seed);
        return seed;
    }
}
