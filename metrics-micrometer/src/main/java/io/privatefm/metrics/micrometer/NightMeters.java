/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.LifecycleEvent.NightEnded;
import io.privatefm.spi.observe.OrchestratorListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How nights of this process ended. Gauges show the last one, {@code NaN} before the first. A night that was refused, since nights are
 * paused, is counted but does not become the last one.
 */
final class NightMeters implements OrchestratorListener {
    private static final String COMPLETE = "COMPLETE";

    private final AtomicReference<@Nullable NightEnded> last = new AtomicReference<>();
    private final Counters nights;

    NightMeters(MeterRegistry registry) {
        List<String> ends = new ArrayList<>(List.of(COMPLETE));
        ends.addAll(Counters.names(EarlyEnd.Cause.values()));
        nights = new Counters(registry, "pfm_nights_total", "Nights, by what ended them.", "end", ends);
        gauge(
                        "pfm_last_night_end_timestamp_seconds",
                        "When the last night ended, in seconds since 1970.",
                        night -> seconds(night.startedAt().plus(night.took())))
                .register(registry);
        gauge(
                        "pfm_last_night_duration_seconds",
                        "How long the last night took.",
                        night -> night.took().toNanos() / 1e9)
                .register(registry);
        namespaces("MERGED", NightEnded::merged).register(registry);
        namespaces("REJECTED", NightEnded::rejected).register(registry);
        namespaces("IN_PROGRESS", NightEnded::inProgress).register(registry);
        namespaces("UP_TO_DATE", NightEnded::upToDate).register(registry);
        namespaces("LEFT", NightEnded::left).register(registry);
    }

    private Gauge.Builder<?> namespaces(String outcome, ToDoubleFunction<NightEnded> count) {
        return gauge("pfm_last_night_namespaces", "Namespaces that the last night looked at.", count)
                .tag("outcome", outcome);
    }

    private Gauge.Builder<?> gauge(String name, String description, ToDoubleFunction<NightEnded> value) {
        return Gauge.builder(name, last, of -> {
                    NightEnded night = of.get();
                    return night == null ? Double.NaN : value.applyAsDouble(night);
                })
                .strongReference(true)
                .description(description);
    }

    private static double seconds(Instant at) {
        return at.toEpochMilli() / 1000.0;
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof NightEnded night) {
            nights.increment(night.early().map(early -> early.cause().name()).orElse(COMPLETE));
            if (!isRefused(night)) {
                last.set(night);
            }
        }
    }

    private static boolean isRefused(NightEnded night) {
        return night.namespaces() == 0
                && night.early()
                        .filter(early -> early.cause() == EarlyEnd.Cause.PAUSED)
                        .isPresent();
    }
}
