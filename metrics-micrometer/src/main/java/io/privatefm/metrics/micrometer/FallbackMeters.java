/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.recovery.FallbackCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What fallbacks come to, and why they were begun. */
final class FallbackMeters implements OrchestratorListener {
    /** The cause of a fallback that another process began. */
    static final String UNKNOWN = "UNKNOWN";

    private static final String RECOVERED = "RECOVERED";
    private static final String FAILED = "FAILED";
    private static final String GIVEN_UP = "GIVEN_UP";

    private final OpenFallbacks open = new OpenFallbacks();
    private final Map<String, Counters> byCause = new TreeMap<>();
    private final Timer duration;
    private final Counter trips;

    FallbackMeters(MeterRegistry registry) {
        List<String> causes = new ArrayList<>(Counters.names(FallbackCause.values()));
        causes.add(UNKNOWN);
        for (String cause : causes) {
            byCause.put(
                    cause,
                    new Counters(
                            registry,
                            "fallback_operations_total",
                            "Attempts to bring a namespace back, by what had begun them.",
                            Tags.of("cause", cause),
                            "outcome",
                            List.of(RECOVERED, FAILED, GIVEN_UP)));
        }
        duration = Timer.builder("pfm_fallback_duration_seconds")
                .description("How long fallbacks took that brought a namespace back.")
                .serviceLevelObjectives(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(10),
                        Duration.ofHours(1))
                .register(registry);
        trips = Counter.builder("pfm_breaker_trips_total")
                .description("How often fallbacks were stopped for all namespaces.")
                .register(registry);
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof LifecycleEvent.FallbackInitiated begun) {
            open.begun(begun.namespace(), begun.cause());
        } else if (event instanceof LifecycleEvent.FallbackCompleted done) {
            count(done.namespace(), RECOVERED);
            open.ended(done.namespace());
            duration.record(done.took());
        } else if (event instanceof LifecycleEvent.FallbackFailed failed && failed.givenUp()) {
            count(failed.namespace(), GIVEN_UP);
            open.ended(failed.namespace());
        } else if (event instanceof LifecycleEvent.FallbackFailed failed) {
            count(failed.namespace(), FAILED);
        } else if (event instanceof LifecycleEvent.NamespaceDeleted deleted) {
            open.ended(deleted.namespace());
        } else if (event instanceof LifecycleEvent.BreakerTripped) {
            trips.increment();
        }
    }

    private void count(NsUid namespace, String outcome) {
        Objects.requireNonNull(byCause.get(open.cause(namespace))).increment(outcome);
    }
}
