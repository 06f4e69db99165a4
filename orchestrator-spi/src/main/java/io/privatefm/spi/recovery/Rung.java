/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

/** How a namespace is brought back, the least work first. */
public enum Rung {
    /** The damaged blobs are copied back from the mirror; the checkpoint stays the one it is. */
    MIRROR,
    /** What is sound, in the newest checkpoint or an older one, is taken over; the rest is computed again from the event log. */
    OLDER_VERSION,
    /** Everything is computed again, from the foundation release and the event log. */
    REPLAY,
    /**
     * Nothing of the learner's can be brought back now: the foundation alone serves, the namespace is read-only ({@code CORRUPTED})
     * until an operator has looked at it.
     */
    FOUNDATION_ONLY
}
