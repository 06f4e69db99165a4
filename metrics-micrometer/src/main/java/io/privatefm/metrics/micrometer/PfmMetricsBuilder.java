/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says which meters there are. */
public final class PfmMetricsBuilder {
    /** How old a look at a store must be before a scrape asks for a new one, by default. */
    public static final Duration DEFAULT_PERIOD = Duration.ofSeconds(15);

    private static final Duration LEAST_KEPT = Duration.ofMinutes(5);

    final MeterRegistry registry;
    List<String> refusals = List.of();

    private Duration period = DEFAULT_PERIOD;
    private @Nullable OrchestratorStore store;
    private @Nullable Executor storeThreads;
    private @Nullable FoundationStore foundation;
    private @Nullable Executor foundationThreads;

    PfmMetricsBuilder(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Adds gauges of what a store shows. A scrape shows the last look at it and, if that is older than the period, has the next one taken, by
     * one short transaction on {@code threads}: no scrape waits for the store. So the first scrape shows {@code NaN}. While the
     * store fails or hangs the last look stays for five minutes (four periods, if that is more), and {@code NaN} follows.
     *
     * @param threads a hanging store holds one of its threads; one that runs work on the calling thread makes each scrape wait instead
     */
    public PfmMetricsBuilder store(OrchestratorStore shown, Executor threads) {
        store = shown;
        storeThreads = threads;
        return this;
    }

    /**
     * Adds gauges of how far namespaces are behind, for which the releases are looked up as {@link #store} is looked at. There is no such
     * gauge without a store.
     *
     * @param threads a hanging foundation store holds one of its threads
     */
    public PfmMetricsBuilder foundation(FoundationStore shown, Executor threads) {
        foundation = shown;
        foundationThreads = threads;
        return this;
    }

    /**
     * Sets how old a look at a store must be before a scrape asks for a new one, by the registry's clock; {@link #DEFAULT_PERIOD} if
     * not set.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public PfmMetricsBuilder period(Duration between) {
        if (between.isNegative()) {
            throw new IllegalArgumentException("period must not be negative: " + between);
        }
        period = between;
        return this;
    }

    /**
     * Sets the reasons for which the host refuses access, or how they begin: they become label values. Any other reason is counted as {@code
     * other}, and so is every one if nothing is set.
     */
    public PfmMetricsBuilder refusals(List<String> reasons) {
        refusals = List.copyOf(reasons);
        return this;
    }

    /** Makes the meters. Their listener is still to be added to the orchestrator. */
    public PfmMetrics build() {
        return new PfmMetrics(this);
    }

    void gauges() {
        OrchestratorStore shown = store;
        Executor threads = storeThreads;
        if (shown == null || threads == null) {
            return;
        }
        Sampled<StoreView> view = sampled("store", () -> StoreView.of(shown), threads);
        StoreGauges.register(registry, view);
        FoundationStore releases = foundation;
        Executor others = foundationThreads;
        if (releases != null && others != null) {
            LagGauges.register(registry, view, sampled("foundation", () -> ReleaseOrder.of(releases), others));
        }
    }

    private <T> Sampled<T> sampled(String source, Supplier<T> look, Executor threads) {
        Duration four = period.multipliedBy(4);
        Duration kept = four.compareTo(LEAST_KEPT) > 0 ? four : LEAST_KEPT;
        return new Sampled<>(registry, source, look, threads, period, kept);
    }
}
