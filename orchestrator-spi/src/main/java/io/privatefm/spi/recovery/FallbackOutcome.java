/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.Subject;
import io.privatefm.spi.store.CheckpointRow;
import java.util.List;

/** What a fallback led to. */
public sealed interface FallbackOutcome {
    /**
     * The namespace serves again.
     *
     * @param rung how it was brought back
     * @param checkpoint its newest checkpoint now
     * @param proven how many of its variants had a recorded content hash to be held against, which they equal bit for bit; the others are
     *     on another foundation release than what is recorded
     * @param setAside subjects whose adapters do not fit the foundation release, or are younger than what was restored; they wait for
     *     being trained again
     */
    record Recovered(Rung rung, CheckpointRow checkpoint, int proven, List<Subject> setAside)
            implements FallbackOutcome {
        public Recovered {
            setAside = List.copyOf(setAside);
        }
    }

    /** Nothing is the matter with the newest checkpoint. */
    record NotNeeded(String detail) implements FallbackOutcome {}

    /** Another worker has the namespace's lease. */
    record InProgress() implements FallbackOutcome {}

    /** Fallback would not mend it, or fallbacks are stopped. Nothing was changed; the newest checkpoint goes on serving. */
    record Halted(String reason) implements FallbackOutcome {}

    /** It did not succeed, and is tried again by the next run. */
    record Failed(int failures, String reason) implements FallbackOutcome {}

    /** It did not succeed, and is not tried again: the namespace is read-only until an operator has looked at it. */
    record GivenUp(String reason) implements FallbackOutcome {}
}
