/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.guardian.DeletionRequests;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.GuardianRequest;
import org.jspecify.annotations.Nullable;

/** Deletion of a learner's namespace, for good, at a guardian's request. Safe for use by several threads at once. */
public final class Guardian {
    private final @Nullable DeletionRequests requests;

    Guardian(@Nullable DeletionRequests requests) {
        this.requests = requests;
    }

    /**
     * Deletes a learner's namespace if the authority grants it: its key is destroyed, so that no copy of its data can be read any
     * more, then its bytes and rows are deleted. A learner who is deleted stays so; the same request again gives the receipt again.
     *
     * @throws InvalidInputException with {@link ErrorCode#CONFIGURATION} without a key vault and a guardian authority: nothing is
     *     deleted then; with {@link ErrorCode#NAMESPACE_NOT_FOUND} if it was granted and there is no such learner
     * @throws io.privatefm.spi.PfmException if a step fails. What was granted is not taken back: {@link #resume()}, or the same
     *     request, goes on with it
     */
    public DeletionOutcome delete(GuardianRequest request) {
        if (requests == null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "nothing is deleted without a key vault; pass one to the builder");
        }
        return requests.handle(request);
    }

    /**
     * Goes on with deletions that were begun, and deletes again what a restored backup brought back. {@link Orchestrator#start()} does
     * this first; a host calls it after a step has failed, and before it serves a restored backup without starting anything.
     *
     * @return how many namespaces were deleted; 0 without a vault
     */
    public int resume() {
        return requests == null ? 0 : requests.resume();
    }
}
