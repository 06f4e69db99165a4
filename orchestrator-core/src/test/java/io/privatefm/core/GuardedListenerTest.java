/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The guard around listeners")
class GuardedListenerTest {
    private static final LifecycleEvent EVENT = new LifecycleEvent.NightStarted(3);

    private final EventRecorder before = new EventRecorder();
    private final EventRecorder after = new EventRecorder();

    @Test
    @DisplayName("tells each of every event, in the order in which they were added")
    void tellsAll() {
        StringBuilder order = new StringBuilder();
        new GuardedListener(List.of(event -> order.append('1'), event -> order.append('2'), before)).onEvent(EVENT);

        assertThat(order).hasToString("12");
        assertThat(before.events()).containsExactly(EVENT);
    }

    @Test
    @DisplayName("keeps an exception from the engine and from the other listeners")
    void exceptions() {
        tell(event -> {
            throw new IllegalStateException("mine");
        });

        assertThat(before.events()).containsExactly(EVENT);
        assertThat(after.events()).containsExactly(EVENT);
    }

    @Test
    @DisplayName("keeps whatever else a listener throws from them too: a class that is missing, an assertion")
    void errors() {
        tell(event -> {
            throw new NoClassDefFoundError("of an old metrics library");
        });
        tell(event -> {
            throw new AssertionError("mine");
        });
        tell(event -> GuardedListenerTest.<RuntimeException>sneak(new Exception("checked")));

        assertThat(before.events()).containsExactly(EVENT, EVENT, EVENT);
        assertThat(after.events()).containsExactly(EVENT, EVENT, EVENT);
    }

    @Test
    @DisplayName("is content without listeners")
    void none() {
        new GuardedListener(List.of()).onEvent(EVENT);
    }

    private void tell(OrchestratorListener bad) {
        new GuardedListener(List.of(before, bad, after)).onEvent(EVENT);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }
}
