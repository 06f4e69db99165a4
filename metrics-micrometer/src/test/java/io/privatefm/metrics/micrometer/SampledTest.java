/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.privatefm.core.InMemory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.testkit.FaultyStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a store shows")
class SampledTest {
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final FaultyStore store = new FaultyStore(InMemory.store());
    private final Deque<Runnable> threads = new ArrayDeque<>();

    private void on(Executor executor) {
        PfmMetrics.on(registry)
                .store(store, executor)
                .period(Duration.ofSeconds(10))
                .build();
    }

    private double active() {
        return registry.get("namespace_count_total")
                .tag("status", "ACTIVE")
                .gauge()
                .value();
    }

    private double failures() {
        return registry.get("pfm_look_failures_total")
                .tag("source", "store")
                .counter()
                .count();
    }

    private void provision(int number) {
        NsUid uid = new NsUid(("" + number).repeat(32));
        store.inTransaction(tx -> {
            tx.insert(NamespaceRow.first(
                    LearnerId.of("learner-" + number), uid, List.of(Subject.of("math")), "r1", "{}"));
            return true;
        });
    }

    @Test
    @DisplayName("is looked at once in a period, however often it is read")
    void period() {
        on(Runnable::run);
        provision(1);
        long before = store.transactions();
        assertThat(active()).isEqualTo(1);
        provision(2);
        assertThat(active()).isEqualTo(1);
        registry.getMeters()
                .forEach(meter ->
                        meter.measure().forEach(value -> assertThat(value).isNotNull()));
        assertThat(store.transactions()).isEqualTo(before + 2);

        clock.add(Duration.ofSeconds(10));
        assertThat(active()).isEqualTo(2);
    }

    @Test
    @DisplayName("is not waited for: a read gets the last look, and has one more taken at a time")
    void hanging() {
        on(threads::add);
        assertThat(active()).isNaN();
        assertThat(active()).isNaN();
        clock.add(Duration.ofHours(1));
        assertThat(active()).isNaN();
        assertThat(threads).as("the first one is not done yet").hasSize(1);

        threads.remove().run();
        assertThat(active()).isZero();
        clock.add(Duration.ofSeconds(11));
        assertThat(active()).isZero();
        assertThat(threads).hasSize(1);
        assertThat(registry.get("pfm_look_age_seconds").gauge().value()).isEqualTo(11);

        clock.add(Duration.ofMinutes(5));
        assertThat(active()).as("what is old says nothing of now").isNaN();
    }

    @Test
    @DisplayName("stays as it was while the store fails, for five minutes")
    void failing() {
        on(Runnable::run);
        provision(1);
        assertThat(active()).isEqualTo(1);
        store.failAs(() -> Optional.of(FaultyStore.Fault.BEFORE));

        clock.add(Duration.ofSeconds(10));
        assertThat(active()).isEqualTo(1);
        assertThat(failures()).isEqualTo(1);
        clock.add(Duration.ofMinutes(5));
        assertThat(active()).isNaN();

        store.failAs(Optional::empty);
        clock.add(Duration.ofSeconds(10));
        assertThat(active()).isEqualTo(1);
    }

    @Test
    @DisplayName("does not trouble a scrape if the host's threads take no more work")
    void rejected() {
        on(work -> {
            throw new RejectedExecutionException("on purpose");
        });

        assertThat(active()).isNaN();
        assertThat(failures()).isEqualTo(1);
        clock.add(Duration.ofSeconds(10));
        assertThat(active()).isNaN();
        assertThat(failures()).isEqualTo(2);
    }

    @Test
    @DisplayName("has a period that is not negative")
    void negative() {
        assertThatThrownBy(() -> PfmMetrics.on(registry).period(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-1S");
    }
}
