/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.guardian;

import io.privatefm.spi.LearnerId;

/**
 * Somebody asks for a learner's namespace to be deleted.
 *
 * @param guardian who asks, as the host names guardians
 * @param credential what they show for it; a secret, never logged
 */
public record GuardianRequest(LearnerId learner, String guardian, String credential) {
    /** Without the credential. */
    @Override
    public String toString() {
        return "GuardianRequest[learner=" + learner + ", guardian=" + guardian + "]";
    }
}
