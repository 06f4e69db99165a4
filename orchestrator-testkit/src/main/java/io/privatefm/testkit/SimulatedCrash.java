/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

/** The simulated end of a process, thrown through whatever it was doing. An error, since nobody catches the end of a process. */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(String where) {
        super("the simulated process ended " + where);
    }
}
