/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import java.security.SecureRandom;
import java.util.Random;

/** Takes the chance out of an orchestrator: ids, salts and keys follow from a seed, and it does not wait in real time. For simulations. */
public final class SameBytes {
    private SameBytes() {}

    /** The builder, without chance. */
    public static OrchestratorBuilder from(long seed, OrchestratorBuilder builder) {
        return builder.random(new Random(seed)).keyRandom(new Seeded(seed)).backoff(time -> {});
    }

    /** No secret at all. */
    private static final class Seeded extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final Random random;

        Seeded(long seed) {
            random = new Random(seed);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            random.nextBytes(bytes);
        }
    }
}
