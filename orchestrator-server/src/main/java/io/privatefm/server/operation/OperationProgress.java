/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;

/** Hears how far the work of this process is. To be given to the orchestrator's builder, and then to {@link Operations}. */
public final class OperationProgress implements OrchestratorListener {
    @Override
    public void onEvent(LifecycleEvent event) {}
}
