/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.privatefm.metrics.micrometer.PfmMetrics;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * The service's meters, in a registry of its own. No label names a learner or a namespace. Safe for use by several threads at once.
 */
public final class ServiceMetrics implements AutoCloseable {
    /** How the reasons begin for which {@link io.privatefm.server.access.Access} refuses callers. */
    private static final List<String> REFUSALS = List.of(
            "no key",
            "not a valid key",
            "unknown key",
            "wrong secret of a stored key",
            "expired key",
            "revoked key",
            "the key has not the scope",
            "no guardian is named");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** One that hangs for each store. */
    private final ExecutorService looks = Executors.newFixedThreadPool(2, threads());

    private final PfmMetrics engine;
    private final ProcessMeters process = new ProcessMeters(registry);
    private final RequestMeters requests = new RequestMeters(registry);
    private final ComponentMeters components = new ComponentMeters(registry);

    /** Meters of an orchestrator on these stores; {@link #listener()} is still to be added to it. */
    public ServiceMetrics(OrchestratorStore store, FoundationStore foundation) {
        engine = PfmMetrics.on(registry)
                .store(store, looks)
                .foundation(foundation, looks)
                .refusals(REFUSALS)
                .build();
    }

    private static ThreadFactory threads() {
        return work -> {
            Thread thread = new Thread(work, "pfm-metrics");
            thread.setDaemon(true);
            return thread;
        };
    }

    /** What the orchestrator tells. */
    public OrchestratorListener listener() {
        return engine;
    }

    /** How the service's components are. */
    public ComponentMeters components() {
        return components;
    }

    /**
     * A request was answered.
     *
     * @param method of the route
     * @param route its template, which names no learner
     * @param status of the answer
     */
    public void answered(String method, String route, int status, Duration took) {
        requests.answered(method, route, status, took);
    }

    /** All meters, in Prometheus' text format 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    /** Ends its threads, and does not wait for stores that hang. Idempotent. */
    @Override
    public void close() {
        looks.shutdownNow();
        process.close();
        registry.close();
    }
}
