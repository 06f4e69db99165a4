/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.privatefm.metrics.micrometer.PfmMetrics;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** The service's meters: the orchestrator's, and those of the JVM. */
final class Meters implements OrchestratorListener, AutoCloseable {
    /** How the reasons begin that {@link io.privatefm.server.access.Access} refuses for. */
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
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final ExecutorService storeThread = Executors.newSingleThreadExecutor(named("pfm-metrics-store"));
    private final ExecutorService foundationThread =
            Executors.newSingleThreadExecutor(named("pfm-metrics-foundation"));
    private final PfmMetrics metrics;

    Meters(OrchestratorStore store, FoundationStore foundation) {
        metrics = PfmMetrics.on(registry)
                .store(store, storeThread)
                .foundation(foundation, foundationThread)
                .refusals(REFUSALS)
                .build();
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    /** What they say now, in Prometheus' text format. */
    String scrape() {
        return registry.scrape();
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        metrics.onEvent(event);
    }

    @Override
    public void close() {
        storeThread.shutdownNow();
        foundationThread.shutdownNow();
        collections.close();
        registry.close();
    }

    private static ThreadFactory named(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
