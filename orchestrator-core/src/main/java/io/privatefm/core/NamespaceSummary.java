/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.ScrubRow;
import java.util.Optional;

/**
 * What an operator wants to see of one namespace, all of it as it was at one moment.
 *
 * @param lag how many foundation releases it is behind the newest; {@link #UNKNOWN_LAG} if the foundation store has not got its release
 * @param due as {@link NamespaceRow#isDue()}
 * @param newest its newest checkpoint; empty before the first
 * @param scrub what the last scrub found, or a read since; empty before the first
 */
public record NamespaceSummary(
        NamespaceRow row, int lag, boolean due, Optional<CheckpointRow> newest, Optional<ScrubRow> scrub) {
    /** The lag of a namespace whose release the foundation store has not got. */
    public static final int UNKNOWN_LAG = -1;
}
