/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every listener of an event; what one throws is logged and hurts neither the others nor the engine. */
final class GuardedListener implements OrchestratorListener {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedListener.class);

    private final List<OrchestratorListener> listeners;

    GuardedListener(List<OrchestratorListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        for (OrchestratorListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (VirtualMachineError e) {
                throw e;
            } catch (Throwable e) { // whatever it is, it is the listener's: a missing class, an assertion
                LOG.warn("a listener failed on {}", event.getClass().getSimpleName(), e);
            }
        }
    }
}
