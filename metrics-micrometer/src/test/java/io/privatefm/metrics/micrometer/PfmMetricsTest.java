/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import static io.privatefm.metrics.micrometer.MeteredEngine.GUARDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.ScrubRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The meters of an orchestrator")
class PfmMetricsTest {
    private final MeteredEngine engine = new MeteredEngine();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("have exactly these five names, and are there before anything has happened")
    void names() {
        Scrape scrape = engine.scrape();

        assertThat(scrape.types())
                .containsAllEntriesOf(Map.of(
                        "namespace_count_total", "gauge",
                        "merge_operations_total", "counter",
                        "merge_duration_seconds", "histogram",
                        "fallback_operations_total", "counter",
                        "checkpoint_size_bytes", "histogram"));
        assertThat(scrape.value("namespace_count_total{status=\"ACTIVE\"}")).isZero();
        assertThat(scrape.value("merge_operations_total{outcome=\"MERGED\"}")).isZero();
        assertThat(scrape.value("fallback_operations_total{cause=\"DAMAGE\",outcome=\"RECOVERED\"}"))
                .isZero();
        assertThat(scrape.value("merge_duration_seconds_bucket{le=\"+Inf\"}")).isZero();
    }

    @Test
    @DisplayName("count namespaces, adapters and merges, with how long these took and how much they wrote")
    void merges() {
        LearnerId ada = engine.learner("ada");
        engine.learner("bob");
        assertThat(engine.scrape().value("pfm_namespaces_due")).isEqualTo(2);

        MergeOutcome.Merged merged = (MergeOutcome.Merged) engine.pfm.merges().mergeNow(ada);

        Scrape scrape = engine.scrape();
        assertThat(scrape.value("namespace_count_total{status=\"ACTIVE\"}")).isEqualTo(2);
        assertThat(scrape.value("pfm_namespaces_provisioned_total")).isEqualTo(2);
        assertThat(scrape.value("pfm_adapters_registered_total")).isEqualTo(2);
        assertThat(scrape.value("pfm_namespaces_due")).isEqualTo(1);
        assertThat(scrape.value("merge_operations_total{outcome=\"MERGED\"}")).isEqualTo(1);
        assertThat(scrape.value("merge_operations_total{outcome=\"FAILED\"}")).isZero();
        assertThat(scrape.value("merge_duration_seconds_count")).isEqualTo(1);
        assertThat(scrape.value("checkpoint_size_bytes_count")).isEqualTo(1);
        assertThat(scrape.value("checkpoint_size_bytes_sum")).isGreaterThanOrEqualTo((double)
                merged.checkpoint().variants().get(0).blobBytes());
        assertThat(scrape.value("pfm_outbox_depth")).isPositive();
    }

    @Test
    @DisplayName("tell merges that led to nothing")
    void failedMerge() {
        LearnerId ada = engine.learner("ada");
        engine.blobs.writeFaults(1);

        assertThatThrownBy(() -> engine.pfm.merges().mergeNow(ada)).isInstanceOf(UnavailableException.class);

        Scrape scrape = engine.scrape();
        assertThat(scrape.value("merge_operations_total{outcome=\"FAILED\"}")).isEqualTo(1);
        assertThat(scrape.value("merge_duration_seconds_count")).isZero();
    }

    @Test
    @DisplayName("do not take a read that met damage for a scrub")
    void damageByRead() {
        LearnerId ada = engine.learner("ada");
        engine.pfm.merges().mergeNow(ada);
        engine.damage(ada);

        engine.pfm.checkpoints().verify(ada, 1);

        Scrape scrape = engine.scrape();
        assertThat(scrape.value("pfm_damage_found_total{verdict=\"BIT_ROT\"}")).isEqualTo(1);
        assertThat(scrape.value("pfm_namespaces_never_scrubbed")).isEqualTo(1);
        assertThat(scrape.value("pfm_oldest_scrub_age_seconds")).isNaN();
    }

    @Test
    @DisplayName("count damage and fallbacks, by what began them")
    void fallbacks() {
        LearnerId ada = engine.learner("ada");
        engine.pfm.merges().mergeNow(ada);
        engine.damage(ada);

        engine.pfm.recovery().scrub(ScrubRequest.DEFAULT);
        FallbackOutcome asked = engine.pfm.recovery().fallback(ada, new RestorePoint.Newest());

        assertThat(asked).isInstanceOf(FallbackOutcome.Recovered.class);
        Scrape scrape = engine.scrape();
        assertThat(scrape.value("pfm_damage_found_total{verdict=\"BIT_ROT\"}")).isEqualTo(1);
        assertThat(scrape.value("fallback_operations_total{cause=\"DAMAGE\",outcome=\"RECOVERED\"}"))
                .isEqualTo(1);
        assertThat(scrape.value("fallback_operations_total{cause=\"REQUEST\",outcome=\"RECOVERED\"}"))
                .isEqualTo(1);
        assertThat(scrape.value("pfm_fallback_duration_seconds_count")).isEqualTo(2);
        assertThat(scrape.value("pfm_namespaces_never_scrubbed")).isZero();
        assertThat(scrape.value("pfm_oldest_scrub_age_seconds")).isNotNegative();
    }

    @Test
    @DisplayName("say how the last night ended, and do not take a refused one for it")
    void nights() {
        assertThat(engine.scrape().value("pfm_last_night_end_timestamp_seconds"))
                .isNaN();
        engine.learner("ada");
        engine.learner("bob");
        engine.pfm.merges().runNight();
        engine.pfm.merges().pauseNights("a test");
        Scrape paused = engine.scrape();
        engine.pfm.merges().runNight();
        engine.pfm.merges().resumeNights();

        Scrape scrape = engine.scrape();
        assertThat(paused.value("pfm_nights_paused")).isEqualTo(1);
        assertThat(scrape.value("pfm_nights_paused")).isZero();
        assertThat(scrape.value("pfm_nights_total{end=\"COMPLETE\"}")).isEqualTo(1);
        assertThat(scrape.value("pfm_nights_total{end=\"PAUSED\"}")).isEqualTo(1);
        assertThat(scrape.value("pfm_last_night_end_timestamp_seconds")).isPositive();
        assertThat(scrape.value("pfm_last_night_duration_seconds")).isNotNegative();
        assertThat(scrape.value("pfm_last_night_namespaces{outcome=\"MERGED\"}"))
                .isEqualTo(2);
        assertThat(scrape.value("pfm_last_night_namespaces{outcome=\"LEFT\"}")).isZero();
    }

    @Test
    @DisplayName("say how far namespaces are behind")
    void lag() {
        engine.learner("ada");
        engine.releases.add();
        engine.learner("bob");
        for (int i = 0; i < 4; i++) {
            engine.releases.add();
        }

        Scrape scrape = engine.scrape();
        assertThat(scrape.value("pfm_foundation_lag_max")).isEqualTo(5);
        assertThat(scrape.value("pfm_namespaces_behind{releases=\"0\"}")).isZero();
        assertThat(scrape.value("pfm_namespaces_behind{releases=\"more\"}")).isEqualTo(2);
        assertThat(scrape.value("pfm_namespaces_behind{releases=\"unknown\"}")).isZero();
    }

    @Test
    @DisplayName("say whether fallbacks are stopped, what was deleted, and what the audit log has to do")
    void operators() {
        LearnerId ada = engine.learner("ada");
        engine.learner("bob");
        engine.pfm.recovery().stop("a test");
        engine.pfm.guardian().delete(new GuardianRequest(ada, "somebody", "secret"));
        engine.pfm.guardian().delete(new GuardianRequest(ada, GUARDIAN, "secret"));

        Scrape scrape = engine.scrape();
        assertThat(scrape.value("pfm_breaker_stopped")).isEqualTo(1);
        assertThat(scrape.value("pfm_deletions_total{outcome=\"DENIED\"}")).isEqualTo(1);
        assertThat(scrape.value("pfm_deletions_total{outcome=\"DONE\"}")).isEqualTo(1);
        assertThat(scrape.value("namespace_count_total{status=\"ACTIVE\"}")).isEqualTo(1);
        assertThat(scrape.value("namespace_count_total{status=\"DELETED\"}")).isEqualTo(1);
        assertThat(scrape.value("pfm_namespaces_behind{releases=\"0\"}"))
                .as("a tombstone is behind nothing")
                .isEqualTo(1);
        assertThat(scrape.value("pfm_audit_unsequenced")).isPositive();
        assertThat(scrape.value("pfm_audit_size")).isZero();
    }

    @Test
    @DisplayName("count refused callers by reasons that the host named, and any other as other")
    void refusals() {
        engine.pfm.security().refused("unknown", "GET /api/v1/namespaces", "no key");
        engine.pfm.security().refused("abc", "GET /api/v1/namespaces", "the key has not the scope EXPORT");
        engine.pfm.security().refused("abc", "GET /api/v1/namespaces", "the moon is full");

        Scrape scrape = engine.scrape();
        assertThat(scrape.value("pfm_access_refused_total{reason=\"no key\"}")).isEqualTo(1);
        assertThat(scrape.value("pfm_access_refused_total{reason=\"the key has not the scope\"}"))
                .isEqualTo(1);
        assertThat(scrape.value("pfm_access_refused_total{reason=\"other\"}")).isEqualTo(1);
    }

    @Test
    @DisplayName("name no learner and no namespace, and are as many for a hundred learners as for none")
    void cardinality() {
        int before = engine.scrape().values().size();
        LearnerId last = LearnerId.of("none");
        for (int i = 0; i < 100; i++) {
            last = engine.learner("canary-" + i);
        }
        engine.pfm.merges().mergeNow(last);
        engine.damage(last);
        engine.pfm.recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
        engine.pfm.merges().runNight();
        engine.pfm.security().refused("canary-1", "GET /canary", "canary-reason");

        Scrape scrape = engine.scrape();
        assertThat(scrape.values()).hasSize(before);
        assertThat(scrape.text())
                .doesNotContain(
                        "canary", engine.pfm.namespaces().get(last).nsUid().toString());
    }

    @Test
    @DisplayName("are all in docs/metrics.md, with their types, labels and meanings")
    void documented() throws IOException {
        String rows = engine.scrape().table();

        assertThat(Files.readString(Path.of("..", "docs", "metrics.md")))
                .as("docs/metrics.md must hold these rows:\n%s\n", rows)
                .contains(rows);
    }
}
