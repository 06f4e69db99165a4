/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import io.privatefm.core.Orchestrator;
import io.privatefm.testkit.SimulatedProcess;
import io.privatefm.testkit.SimulatedTimer;

/** Fixture: one process of a simulated site while it lives. */
record SimulatedNode(int number, SimulatedProcess process, SimulatedTimer timer, Orchestrator pfm) {
    /** What the operating system does when a process has ended: its connections are gone, its timers too. */
    void bury() {
        process.crash();
        timer.shutdown();
        pfm.close();
    }
}
