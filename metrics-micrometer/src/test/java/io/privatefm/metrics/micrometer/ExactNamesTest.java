/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.privatefm.core.InMemory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The gauge namespace_count_total")
class ExactNamesTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private void gauge(String name) {
        Gauge.builder(name, () -> 3).register(registry);
    }

    @Test
    @DisplayName("would lose the end of its name in Prometheus")
    void trap() {
        gauge("namespace_count_total");

        assertThat(registry.scrape()).contains("# TYPE namespace_count gauge\nnamespace_count 3.0\n");
    }

    @Test
    @DisplayName("keeps its name where that is seen to, and it alone does")
    void kept() {
        ExactNames.on(registry);
        gauge("namespace_count_total");
        gauge("other.count.total");

        assertThat(registry.scrape())
                .contains(
                        "# TYPE namespace_count_total gauge\nnamespace_count_total 3.0\n",
                        "# TYPE other_count gauge\nother_count 3.0\n");
    }

    @Test
    @DisplayName("keeps its name in a registry within another")
    void composite() {
        CompositeMeterRegistry all = new CompositeMeterRegistry();
        all.add(registry);
        PfmMetrics.on(all).store(InMemory.store(), Runnable::run).build();

        assertThat(registry.scrape()).contains("# TYPE namespace_count_total gauge\n");
    }
}
