/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.NamespaceState;
import java.util.function.ToDoubleFunction;

/** What a store shows. */
final class StoreGauges {
    /** A gauge, in spite of its name; see {@link ExactNames}. */
    static final String NAMESPACES = "namespace_count_total";

    private final MeterRegistry registry;
    private final Sampled<StoreView> view;

    private StoreGauges(MeterRegistry registry, Sampled<StoreView> view) {
        this.registry = registry;
        this.view = view;
    }

    static void register(MeterRegistry registry, Sampled<StoreView> view) {
        new StoreGauges(registry, view).register();
    }

    private void register() {
        for (NamespaceState state : NamespaceState.values()) {
            gauge(NAMESPACES, "Namespaces in each state; DELETED are tombstones.", store -> in(store, state))
                    .tag("status", state.name())
                    .register(registry);
        }
        gauge("pfm_namespaces_due", "Namespaces that have something to merge.", StoreGauges::due)
                .register(registry);
        gauge("pfm_outbox_depth", "Messages that wait to be published.", StoreView::outbox)
                .register(registry);
        gauge(
                        "pfm_oldest_scrub_age_seconds",
                        "How long ago the namespace was scrubbed that waits longest, of those that were.",
                        store -> store.oldestScrub()
                                .map(age -> age.toMillis() / 1000.0)
                                .orElse(Double.NaN))
                .register(registry);
        gauge(
                        "pfm_namespaces_never_scrubbed",
                        "Namespaces that no scrub has seen; 1000 stands for more, too.",
                        StoreView::neverScrubbed)
                .register(registry);
        gauge("pfm_breaker_stopped", "1 while fallbacks are stopped, else 0.", store -> flag(store.fallbacksStopped()))
                .register(registry);
        gauge("pfm_nights_paused", "1 while nights are paused, else 0.", store -> flag(store.nightsPaused()))
                .register(registry);
        gauge("pfm_audit_size", "Audit entries under the newest signed head.", StoreView::sequenced)
                .register(registry);
        gauge("pfm_audit_unsequenced", "Audit entries that have no place in the log yet.", StoreView::unsequenced)
                .register(registry);
    }

    private Gauge.Builder<?> gauge(String name, String description, ToDoubleFunction<StoreView> part) {
        return Gauge.builder(name, view, of -> of.value(part))
                .strongReference(true)
                .description(description);
    }

    private static long in(StoreView store, NamespaceState state) {
        return store.namespaces().stream()
                .filter(some -> some.state() == state)
                .mapToLong(NamespaceCount::count)
                .sum();
    }

    private static long due(StoreView store) {
        return store.namespaces().stream()
                .filter(NamespaceCount::due)
                .mapToLong(NamespaceCount::count)
                .sum();
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }
}
