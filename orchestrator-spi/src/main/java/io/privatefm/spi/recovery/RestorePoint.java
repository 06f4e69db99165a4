/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import java.time.Instant;

/** Which state a namespace is brought back to. */
public sealed interface RestorePoint {
    /** The newest checkpoint. */
    record Newest() implements RestorePoint {}

    /** An earlier checkpoint, also one that has expired or is damaged: the event log is what it is made from. */
    record Version(long version) implements RestorePoint {}

    /** The newest checkpoint that was published at or before a time, by the event log. */
    record Time(Instant at) implements RestorePoint {}
}
