/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

/** Asked again and again by what may end before it is done. */
@FunctionalInterface
interface NightStop {
    /** For what goes on to its end. */
    NightStop NEVER = () -> {};

    /**
     * Returns if the work is to go on.
     *
     * @throws NightEnded if not
     */
    void check();
}
