/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.privatefm.server.health.HealthReport;
import io.privatefm.server.health.HealthStatus;

/** How the service's components are. */
public final class ComponentMeters {
    private final MultiGauge up;

    ComponentMeters(MeterRegistry registry) {
        up = MultiGauge.builder("pfm_component_up")
                .description("1 for a component of the service that is up, else 0.")
                .register(registry);
    }

    /** Shows a report from now on. */
    public void show(HealthReport report) {
        up.register(
                report.components().entrySet().stream()
                        .map(component -> MultiGauge.Row.of(
                                Tags.of("component", component.getKey()),
                                component.getValue().status() == HealthStatus.UP ? 1 : 0))
                        .toList(),
                true);
    }
}
