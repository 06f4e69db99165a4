/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;

/**
 * How namespaces move to new foundation releases within the lag that is allowed. A namespace moves as a whole, when all its adapters fit
 * the new release; else it stays, and asks for those that do not fit to be trained again. Beyond the lag it falls back, whatever this says.
 */
public sealed interface RebasePolicy {
    /** The next night moves every namespace to the newest release. */
    record FollowLatest() implements RebasePolicy {}

    /** A namespace stays on its release. */
    record Pinned() implements RebasePolicy {}

    /**
     * Each night moves some of the namespaces to the newest release: others the next night, all of them after {@code 100 / percent} nights.
     * Which, follows from the namespace's uid and the date.
     *
     * @param percentPerNight 1 to 100
     */
    record Staged(int percentPerNight) implements RebasePolicy {
        public Staged {
            if (percentPerNight < 1 || percentPerNight > 100) {
                throw new InvalidInputException(
                        ErrorCode.CONFIGURATION, "a night moves 1 to 100 percent, not " + percentPerNight);
            }
        }
    }
}
