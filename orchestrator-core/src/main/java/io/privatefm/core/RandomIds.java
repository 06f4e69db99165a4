/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.NsUid;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Draws identifiers of 128 random bits. */
final class RandomIds {
    private final RandomGenerator random;

    RandomIds(RandomGenerator random) {
        this.random = random;
    }

    NsUid namespace() {
        return new NsUid(draw());
    }

    String operation() {
        return draw();
    }

    private String draw() {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
