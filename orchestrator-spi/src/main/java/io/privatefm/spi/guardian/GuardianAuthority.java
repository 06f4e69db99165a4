/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.guardian;

/**
 * Decides who may have a learner's namespace deleted. Without an authority every deletion is refused. Safe for use by several
 * threads at once.
 */
@FunctionalInterface
public interface GuardianAuthority {
    /**
     * Decides one request. Takes the same time and gives the same kind of answer whether or not the learner exists.
     *
     * @throws io.privatefm.spi.UnavailableException if it cannot decide now; counts as denied
     */
    Decision decide(GuardianRequest request);
}
