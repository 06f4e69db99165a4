/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.observe;

/**
 * Hears what happens. Called on the thread that does the work, through a guard: what a listener throws is logged and
 * never reaches the engine. Keep it short.
 */
@FunctionalInterface
public interface OrchestratorListener {
    /** Called after the fact it reports; for progress events, while work goes on, from several threads. */
    void onEvent(LifecycleEvent event);
}
