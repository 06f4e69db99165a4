/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.Rung;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Fallbacks are counted")
class FallbackMetersTest {
    private static final NsUid UID = new NsUid("0".repeat(32));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FallbackMeters meters = new FallbackMeters(registry);

    private double count(String cause, String outcome) {
        return registry.get("fallback_operations_total")
                .tags("cause", cause, "outcome", outcome)
                .counter()
                .count();
    }

    @Test
    @DisplayName("by their cause at each failed attempt, until they are given up")
    void failures() {
        meters.onEvent(new LifecycleEvent.FallbackInitiated(UID, FallbackCause.LAG, Rung.REPLAY));
        meters.onEvent(new LifecycleEvent.FallbackFailed(UID, 1, false, "reason"));
        meters.onEvent(new LifecycleEvent.FallbackFailed(UID, 2, false, "reason"));
        meters.onEvent(new LifecycleEvent.FallbackFailed(UID, 3, true, "reason"));

        assertThat(count("LAG", "FAILED")).isEqualTo(2);
        assertThat(count("LAG", "GIVEN_UP")).isEqualTo(1);
    }

    @Test
    @DisplayName("as of unknown cause where another process had begun them")
    void unknown() {
        meters.onEvent(new LifecycleEvent.FallbackFailed(UID, 3, true, "reason"));

        assertThat(count("UNKNOWN", "GIVEN_UP")).isEqualTo(1);
    }

    @Test
    @DisplayName("without being remembered for ever: of very many that do not end the oldest lose their cause")
    void bounded() {
        meters.onEvent(new LifecycleEvent.FallbackInitiated(UID, FallbackCause.DAMAGE, Rung.REPLAY));
        for (int i = 1; i <= 10_000; i++) {
            NsUid other = new NsUid("%032x".formatted(i));
            meters.onEvent(new LifecycleEvent.FallbackInitiated(other, FallbackCause.DAMAGE, Rung.REPLAY));
        }
        meters.onEvent(new LifecycleEvent.FallbackFailed(UID, 3, true, "reason"));
        meters.onEvent(new LifecycleEvent.FallbackFailed(new NsUid("%032x".formatted(1)), 3, true, "reason"));

        assertThat(count("UNKNOWN", "GIVEN_UP")).isEqualTo(1);
        assertThat(count("DAMAGE", "GIVEN_UP")).isEqualTo(1);
    }

    @Test
    @DisplayName("and the breaker's trips with them")
    void breaker() {
        meters.onEvent(new LifecycleEvent.BreakerTripped("too many"));

        assertThat(registry.get("pfm_breaker_trips_total").counter().count()).isEqualTo(1);
    }
}
