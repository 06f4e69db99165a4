/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Fixture: remembers what a listener is told. */
public final class EventRecorder implements OrchestratorListener {
    private final List<LifecycleEvent> events = new CopyOnWriteArrayList<>();

    @Override
    public void onEvent(LifecycleEvent event) {
        events.add(event);
    }

    /** Everything so far, in order. */
    public List<LifecycleEvent> events() {
        return List.copyOf(events);
    }

    /** The events of one kind so far, in order. */
    public <E extends LifecycleEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
