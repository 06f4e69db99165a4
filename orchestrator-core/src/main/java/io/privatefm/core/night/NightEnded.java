/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

/** Ends a merge from within, on its way to the night that it is part of. Says nothing: the night knows why. */
final class NightEnded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NightEnded() {
        super("the night ended", null, false, false);
    }
}
