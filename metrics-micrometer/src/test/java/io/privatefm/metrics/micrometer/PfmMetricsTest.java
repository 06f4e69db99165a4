/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;
import io.privatefm.testkit.SimulatedBlobs;
import io.privatefm.testkit.SimulatedFoundation;
import io.privatefm.testkit.SimulatedTime;
import io.privatefm.testkit.TinyAdapters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An orchestrator's meters")
class PfmMetricsTest {
    private static final String CANARY = "canary-learner";
    private static final LearnerId LEARNER = LearnerId.of(CANARY);
    private static final Subject MATH = Subject.of("math");
    private static final Executor HERE = Runnable::run;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final OrchestratorStore store = InMemory.store();
    private final SimulatedTime time = new SimulatedTime(Instant.parse("2026-01-01T00:00:00Z"));
    private final SimulatedFoundation foundation = new SimulatedFoundation(time, 1);
    private final SimulatedBlobs blobs = new SimulatedBlobs(InstantSource.system(), new Random(1));

    private Orchestrator orchestrator() {
        PfmMetrics metrics = PfmMetrics.on(registry)
                .store(store, HERE)
                .foundation(foundation, HERE)
                .period(Duration.ZERO)
                .refusals(List.of("unknown key"))
                .build();
        return Orchestrator.builder(store, blobs, foundation)
                .addListener(metrics)
                .build();
    }

    private void train(Orchestrator pfm, LearnerId learner, long seed) {
        pfm.adapters()
                .register(
                        learner,
                        MATH,
                        TinyAdapters.plain(foundation.model(foundation.newest()), seed, "c_attn")
                                .files());
    }

    @Test
    @DisplayName("have the names that were promised, of the types that were promised")
    void names() {
        try (Orchestrator pfm = orchestrator()) {
            pfm.namespaces().provision(LEARNER, List.of(MATH));
            train(pfm, LEARNER, 1);
            pfm.merges().runNight();
            pfm.recovery().fallback(LEARNER, new RestorePoint.Newest());

            assertThat(registry.scrape())
                    .contains("# TYPE namespace_count_total gauge\n")
                    .contains("namespace_count_total{status=\"ACTIVE\"} 1.0\n")
                    .contains("# TYPE merge_operations_total counter\n")
                    .contains("# TYPE merge_duration_seconds histogram\n")
                    .contains("merge_duration_seconds_count 1\n")
                    .contains("# TYPE fallback_operations_total counter\n")
                    .contains("# TYPE checkpoint_size_bytes histogram\n");
            assertThat(value("merge_operations_total{outcome=\"MERGED\"}")).isEqualTo(1);
            assertThat(sum("fallback_operations_total")).isEqualTo(1);
            CheckpointRow first = pfm.checkpoints().get(LEARNER, 1);
            assertThat(value("checkpoint_size_bytes_sum"))
                    .isGreaterThanOrEqualTo((double) first.variants().get(0).blobBytes());
        }
    }

    @Test
    @DisplayName("name no learner and no namespace, and are as many for many learners as for one")
    void labels() {
        try (Orchestrator pfm = orchestrator()) {
            NamespaceRow row = pfm.namespaces().provision(LEARNER, List.of(MATH));
            train(pfm, LEARNER, 1);
            pfm.merges().runNight();
            pfm.security().refused("canary-principal", "GET /api/v1/namespaces/{learner_id}", "unknown key");
            pfm.security().refused("canary-principal", "GET /", "canary reason");
            Set<String> series = series();
            for (int learner = 2; learner <= 20; learner++) {
                LearnerId another = LearnerId.of(CANARY + learner);
                pfm.namespaces().provision(another, List.of(MATH));
                train(pfm, another, learner);
            }
            pfm.merges().runNight();

            assertThat(series()).isEqualTo(series);
            assertThat(registry.scrape())
                    .doesNotContain("canary")
                    .doesNotContain(row.nsUid().value())
                    .doesNotContain("learner_id");
        }
    }

    @Test
    @DisplayName("show what the store shows: due namespaces, lag, pauses and stops")
    void store() {
        try (Orchestrator pfm = orchestrator()) {
            pfm.namespaces().provision(LEARNER, List.of(MATH));
            train(pfm, LEARNER, 1);
            assertThat(value("pfm_namespaces_due")).isEqualTo(1);
            assertThat(value("pfm_nights_paused")).isZero();
            pfm.merges().runNight();
            pfm.merges().pauseNights("a test");
            pfm.recovery().stop("a test");

            assertThat(value("pfm_namespaces_due")).isZero();
            assertThat(value("pfm_nights_paused")).isEqualTo(1);
            assertThat(value("pfm_breaker_stopped")).isEqualTo(1);
            assertThat(value("pfm_namespaces_never_scrubbed")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("are scraped, whatever the store does; what it cannot show is not a number")
    void failingStore() {
        PfmMetrics.on(registry)
                .store(new Failing(), HERE)
                .period(Duration.ZERO)
                .build();

        assertThat(value("namespace_count_total{status=\"ACTIVE\"}")).isNaN();
        assertThat(value("pfm_look_failures_total{source=\"store\"}")).isPositive();
    }

    @Test
    @DisplayName("are scraped at once while the store hangs: it is looked at on other threads, once at a time")
    void hangingStore() {
        List<Runnable> never = new ArrayList<>();
        PfmMetrics.on(registry)
                .store(store, never::add)
                .period(Duration.ZERO)
                .build();

        for (int scrapes = 0; scrapes < 5; scrapes++) {
            assertThat(value("pfm_outbox_depth")).isNaN();
        }
        assertThat(never).hasSize(1);
    }

    @Test
    @DisplayName("count a merge that failed, a refusal by its known reason, and a deletion that was denied")
    void incidents() {
        try (Orchestrator pfm = orchestrator()) {
            pfm.namespaces().provision(LEARNER, List.of(MATH));
            train(pfm, LEARNER, 1);
            CheckpointRow row = merged(pfm);
            assertThat(row.version()).isEqualTo(1);
            Sha256 blob = row.variants().get(0).blob();
            blobs.flip(row.nsUid(), blob, 1);
            pfm.checkpoints().verify(LEARNER, 1);
            pfm.security().refused("somebody", "GET /", "unknown key");
            pfm.security().refused("somebody", "GET /", "something else");

            assertThat(sum("pfm_damage_found_total")).isEqualTo(1);
            assertThat(sum("pfm_access_refused_total")).isEqualTo(2);
            assertThat(registry.scrape()).contains("reason=\"unknown key\"").contains("reason=\"other\"");
        }
    }

    private CheckpointRow merged(Orchestrator pfm) {
        pfm.merges().mergeNow(LEARNER);
        return pfm.checkpoints().latest(LEARNER).orElseThrow();
    }

    private Set<String> series() {
        return registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .collect(Collectors.toSet());
    }

    private double value(String series) {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series + " in\n" + registry.scrape()));
    }

    private double sum(String family) {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(family + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** A store that does not answer. */
    private static final class Failing implements OrchestratorStore {
        @Override
        public String name() {
            return "failing";
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of();
        }

        @Override
        public <T> T inTransaction(TxWork<T> work) {
            throw new UnavailableException("the store does not answer");
        }

        @Override
        public void close() {
            // nothing was opened
        }
    }
}
