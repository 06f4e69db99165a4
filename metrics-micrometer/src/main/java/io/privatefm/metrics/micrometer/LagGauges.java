/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.NamespaceState;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;

/** How far namespaces that are not deleted are behind the newest foundation release. */
final class LagGauges {
    private static final String MORE = "more";
    private static final String UNKNOWN = "unknown";
    private static final int NAMED = 3;

    private final Sampled<StoreView> view;
    private final Sampled<ReleaseOrder> releases;

    private LagGauges(Sampled<StoreView> view, Sampled<ReleaseOrder> releases) {
        this.view = view;
        this.releases = releases;
    }

    static void register(MeterRegistry registry, Sampled<StoreView> view, Sampled<ReleaseOrder> releases) {
        LagGauges lag = new LagGauges(view, releases);
        lag.gauge(
                        "pfm_foundation_lag_max",
                        "How many releases the namespace that is farthest behind is behind the newest.",
                        LagGauges::most)
                .register(registry);
        for (String label : List.of("0", "1", "2", "3", MORE, UNKNOWN)) {
            lag.gauge(
                            "pfm_namespaces_behind",
                            "Namespaces, by how many releases they are behind; unknown if the foundation has not theirs.",
                            (store, order) -> count(store, order, label))
                    .tag("releases", label)
                    .register(registry);
        }
    }

    private Gauge.Builder<?> gauge(String name, String description, ToDoubleBiFunction<StoreView, ReleaseOrder> value) {
        return Gauge.builder(name, this, lag -> lag.of(value))
                .strongReference(true)
                .description(description);
    }

    private double of(ToDoubleBiFunction<StoreView, ReleaseOrder> value) {
        StoreView store = view.now();
        ReleaseOrder order = releases.now();
        return store == null || order == null ? Double.NaN : value.applyAsDouble(store, order);
    }

    private static double most(StoreView store, ReleaseOrder order) {
        return living(store)
                .map(some -> order.behind(some.foundationRelease()))
                .flatMapToInt(OptionalInt::stream)
                .max()
                .orElse(0);
    }

    private static double count(StoreView store, ReleaseOrder order, String label) {
        return living(store)
                .filter(some -> label(order.behind(some.foundationRelease())).equals(label))
                .mapToLong(NamespaceCount::count)
                .sum();
    }

    private static String label(OptionalInt behind) {
        if (behind.isEmpty()) {
            return UNKNOWN;
        }
        return behind.getAsInt() > NAMED ? MORE : Integer.toString(behind.getAsInt());
    }

    private static Stream<NamespaceCount> living(StoreView store) {
        return store.namespaces().stream().filter(some -> some.state() != NamespaceState.DELETED);
    }
}
