/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.Stream;

/** How requests were answered, by route and class of status. */
final class RequestMeters {
    private static final Duration[] TIMES = Stream.of(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;

    RequestMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void answered(String method, String route, int status, Duration took) {
        Timer.builder("http_server_requests_seconds")
                .description("How long requests took, until the answer began where it is a stream of events.")
                .tag("method", method)
                .tag("route", route)
                .tag("status", status / 100 + "xx")
                .serviceLevelObjectives(TIMES)
                .register(registry)
                .record(took);
    }
}
