/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import java.time.Duration;

/** What is to become of an operation after it was tried. */
sealed interface Step {
    /** It ended. */
    record End(Ending ending) implements Step {}

    /**
     * It is tried again.
     *
     * @param counts whether it was tried at all; one that others kept from it was not
     */
    record Again(Duration pause, boolean counts) implements Step {}
}
