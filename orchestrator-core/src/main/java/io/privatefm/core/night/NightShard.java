/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.spi.NsUid;

/**
 * A part of all namespaces, the same for all processes, that one night's run does. Namespaces are drawn at random: parts are about equal.
 *
 * @param index from 0
 * @param count into how many parts namespaces are divided
 */
public record NightShard(int index, int count) {
    /** All of them. */
    public static final NightShard WHOLE = new NightShard(0, 1);

    public NightShard {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException("shard " + index + " of " + count);
        }
    }

    /** Whether a namespace belongs to it. */
    boolean has(NsUid namespace) {
        long bits = Long.parseUnsignedLong(namespace.value().substring(0, 16), 16);
        return Long.remainderUnsigned(bits, count) == index;
    }
}
