/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.server.fault.Share;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.recovery.RecoveryPolicy;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.store.CheckpointRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The breaker of fallbacks")
class BreakerTest {
    private static final Duration WINDOW = RecoveryPolicy.DEFAULT.breakerWindow();

    private final SimulatedSite site = new SimulatedSite(3);
    private final Orchestrator pfm = site.builder().build();
    private final Random random = new Random(3);

    @Test
    @DisplayName("trips when 2 % of all namespaces are damaged at once; nights go on; an operator lets fallbacks go on")
    void massCorruption() {
        int count = Share.of(300, 1_000, 1_000);
        int bad = count / 50;
        int late = count - 100;
        List<CheckpointRow> rows = checkpoints(count);
        corrupt(rows.subList(100, 100 + bad));

        ScrubReport report = site.scrub(pfm);

        assertThat(report.results()).hasSize(bad).allSatisfy(BreakerTest::isStopped);
        assertThat(pfm.recovery().stopped()).get().asString().contains(bad + " of " + count + " namespaces");
        assertThat(site.events(LifecycleEvent.BreakerTripped.class)).hasSize(1);
        assertThat(site.events(LifecycleEvent.FallbackInitiated.class)).isEmpty();

        corrupt(rows.subList(late, late + 1));
        time(WINDOW.plusMinutes(5));
        assertThat(site.scrub(pfm).results())
                .as("it stays so, also for what is found later, until somebody resumes")
                .hasSize(bad + 1)
                .allSatisfy(BreakerTest::isStopped);
        site.register(pfm, learner(count / 2), SimulatedSite.MATH, 9);
        assertThat(pfm.merges().runNight().merged()).as("nights merge").isEqualTo(1);
        assertThat(pfm.recovery().fallback(learner(late), new RestorePoint.Newest()))
                .as("what an operator asks for")
                .isInstanceOf(FallbackOutcome.Recovered.class);

        pfm.recovery().resume();

        assertThat(site.scrub(pfm).results().stream().filter(BreakerTest::isRecovered))
                .hasSize(bad);
        assertThat(pfm.recovery().stopped()).isEmpty();
        for (int number = 100; number < 100 + bad; number++) {
            assertThat(pfm.checkpoints().latest(learner(number)).orElseThrow().checkpointHash())
                    .isEqualTo(rows.get(number).checkpointHash());
        }
        assertThat(site.events(LifecycleEvent.BreakerTripped.class)).hasSize(1);
    }

    @Test
    @DisplayName("stops the namespaces that are too far behind too")
    void lag() {
        List<CheckpointRow> rows = checkpoints(100);
        corrupt(rows.subList(0, 6));
        site.scrub(pfm);
        assertThat(pfm.recovery().stopped()).isPresent();
        for (int release = 0; release < 4; release++) {
            site.foundation.releaseAt(site.time.instant());
        }

        assertThat(pfm.merges().runNight().results())
                .hasSize(100)
                .allSatisfy(result -> assertThat(result.outcome())
                        .isInstanceOfSatisfying(
                                MergeOutcome.Rejected.class,
                                rejected -> assertThat(rejected.reason()).contains("fallbacks are stopped")));

        time(WINDOW.plusSeconds(1));
        pfm.recovery().resume();
        site.scrub(pfm);
        assertThat(pfm.merges().runNight().merged()).isEqualTo(100);
    }

    @Test
    @DisplayName("does not trip at 5 of 100")
    void few() {
        corrupt(checkpoints(100).subList(0, 5));

        assertThat(site.scrub(pfm).results()).hasSize(5).allMatch(BreakerTest::isRecovered);
        assertThat(pfm.recovery().stopped()).isEmpty();
    }

    @Test
    @DisplayName("does not count what was found before its window")
    void window() {
        List<CheckpointRow> rows = checkpoints(100);
        corrupt(rows.subList(0, 4));
        assertThat(site.scrub(pfm).results()).hasSize(4).allMatch(BreakerTest::isRecovered);
        time(WINDOW.plusSeconds(1));
        corrupt(rows.subList(10, 14));

        assertThat(site.scrub(pfm).results().stream().filter(BreakerTest::isRecovered))
                .hasSize(4);
        assertThat(pfm.recovery().stopped()).isEmpty();
    }

    @Test
    @DisplayName("lets fallbacks go on when somebody says so, though what was found is still within its window")
    void resumedWithinWindow() {
        List<CheckpointRow> rows = checkpoints(20);
        corrupt(rows.subList(0, 8));
        assertThat(site.scrub(pfm).results()).hasSize(8).allSatisfy(BreakerTest::isStopped);

        pfm.recovery().resume();

        assertThat(site.scrub(pfm).results()).hasSize(8).allMatch(BreakerTest::isRecovered);
        assertThat(pfm.recovery().stopped()).isEmpty();
    }

    private List<CheckpointRow> checkpoints(int count) {
        List<CheckpointRow> rows = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            pfm.namespaces().provision(learner(number), List.of(SimulatedSite.MATH));
            site.register(pfm, learner(number), SimulatedSite.MATH, number % 4);
        }
        assertThat(pfm.merges().runNight().merged()).isEqualTo(count);
        for (int number = 0; number < count; number++) {
            rows.add(pfm.checkpoints().latest(learner(number)).orElseThrow());
        }
        return rows;
    }

    private void corrupt(List<CheckpointRow> rows) {
        rows.forEach(row -> SeededCorruptionsTest.corrupt(site, row, random));
    }

    private static LearnerId learner(int number) {
        return LearnerId.of(String.format(Locale.ROOT, "learner-%04d", number));
    }

    private void time(Duration length) {
        site.time.advance(length);
    }

    private static void isStopped(ScrubReport.Result result) {
        assertThat(result.fallback())
                .get()
                .isInstanceOfSatisfying(
                        FallbackOutcome.Halted.class,
                        halted -> assertThat(halted.reason()).startsWith("fallbacks are stopped"));
    }

    private static boolean isRecovered(ScrubReport.Result result) {
        return result.fallback().orElse(null) instanceof FallbackOutcome.Recovered;
    }
}
