/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The last look at something that may fail or hang. Who reads it gets that look at once and, if it is older than a period, has the next one
 * taken by another thread; there is one at a time. Failures are counted and not told: the next look may go better.
 */
final class Sampled<T> {
    private final Supplier<T> source;
    private final Executor threads;
    private final Clock clock;
    private final long period;
    private final long kept;
    private final Counter failures;
    private final AtomicBoolean looking = new AtomicBoolean();

    private volatile @Nullable Look<T> last;
    private volatile long due;

    private record Look<T>(T seen, long at) {}

    /**
     * Nothing was looked at yet.
     *
     * @param period how old a look must be before the next one is taken
     * @param kept how old it may become where the next one does not come
     */
    Sampled(MeterRegistry registry, String name, Supplier<T> source, Executor threads, Duration period, Duration kept) {
        this.source = source;
        this.threads = threads;
        this.clock = registry.config().clock();
        this.period = period.toNanos();
        this.kept = kept.toNanos();
        due = clock.monotonicTime();
        failures = Counter.builder("pfm_look_failures_total")
                .description("Looks at a store, for these metrics, that failed.")
                .tag("source", name)
                .register(registry);
        Gauge.builder("pfm_look_age_seconds", this, Sampled::age)
                .description("How old what is shown of a store is.")
                .tag("source", name)
                .strongReference(true)
                .register(registry);
    }

    /** Something of the last look; {@code NaN} if there is none, or it is too old. */
    double value(ToDoubleFunction<T> part) {
        T seen = now();
        return seen == null ? Double.NaN : part.applyAsDouble(seen);
    }

    /** The last look; null if there is none, or it is too old. */
    @Nullable
    T now() {
        lookIfDue();
        Look<T> look = last;
        return look == null || clock.monotonicTime() - look.at() > kept ? null : look.seen();
    }

    private double age() {
        Look<T> look = last;
        return look == null ? Double.NaN : (clock.monotonicTime() - look.at()) / 1e9;
    }

    private void lookIfDue() {
        if (clock.monotonicTime() - due < 0 || !looking.compareAndSet(false, true)) {
            return;
        }
        try {
            threads.execute(this::look);
        } catch (RuntimeException e) { // the host's threads are busy, or ended
            failures.increment();
            ended();
        }
    }

    private void look() {
        try {
            T seen = source.get();
            last = new Look<>(seen, clock.monotonicTime());
        } catch (RuntimeException e) {
            failures.increment();
        } finally {
            ended();
        }
    }

    private void ended() {
        due = clock.monotonicTime() + period;
        looking.set(false);
    }
}
