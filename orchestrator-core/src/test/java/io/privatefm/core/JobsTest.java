/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.night.ManualTimer;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.CheckpointRow;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An orchestrator's jobs")
class JobsTest {
    private static final int LEARNERS = 12;
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final EngineFixture engine = new EngineFixture();
    private final ManualTime time = new ManualTime();
    private final ManualJobs jobs = new ManualJobs();

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    @Test
    @DisplayName("have the names and times that they were given, begin with it and end with it")
    void scheduled() {
        Orchestrator orchestrator =
                restart(builder().nightly("30 2 * * *", BERLIN).cleanup("0 5 * * 0", ZoneId.of("UTC")));
        assertThat(jobs.names()).containsExactly("nightly-merge", "cleanup");
        assertThat(jobs.times("nightly-merge").next(Instant.parse("2026-03-28T12:00:00Z")))
                .isEqualTo("2026-03-29T01:00:00Z");
        assertThat(jobs.times("cleanup").next(Instant.parse("2026-03-28T12:00:00Z")))
                .isEqualTo("2026-03-29T05:00:00Z");
        assertThat(jobs.isRunning()).isFalse();

        orchestrator.start();
        assertThat(jobs.isRunning()).isTrue();
        orchestrator.close();
        assertThat(jobs.isRunning()).isFalse();
    }

    @Test
    @DisplayName("do a night's parts, each namespace in one of them, together all")
    void shards() {
        Orchestrator orchestrator =
                restart(builder().nightly("30 2 * * *", BERLIN).nightShards(3));
        learners();
        assertThat(jobs.names())
                .containsExactly("nightly-merge-1-of-3", "nightly-merge-2-of-3", "nightly-merge-3-of-3");

        jobs.names().forEach(jobs::run);

        assertThat(engine.events.events(LifecycleEvent.NightStarted.class))
                .extracting(LifecycleEvent.NightStarted::namespaces)
                .doesNotContain(LEARNERS)
                .satisfies(parts ->
                        assertThat(parts.stream().mapToInt(part -> part).sum()).isEqualTo(LEARNERS));
        assertThat(engine.events.events(LifecycleEvent.MergeCompleted.class))
                .extracting(LifecycleEvent.MergeCompleted::namespace)
                .doesNotHaveDuplicates()
                .hasSize(LEARNERS);
        assertThat(orchestrator.merges().runNight().upToDate()).isEqualTo(LEARNERS);
    }

    @Test
    @DisplayName("end a night at its deadline, the next such time of day; the next night does the rest")
    void deadline() {
        restart(builder().nightly("30 2 * * *", BERLIN).nightlyDeadline(LocalTime.of(6, 0)));
        learners();
        time.advance(Duration.ofMinutes(90)); // half past two in Berlin
        int[] commits = {0};
        engine.blobs.onCommit(() -> {
            if (++commits[0] == 6) {
                time.advance(Duration.ofMinutes(210));
            }
        });

        jobs.run("nightly-merge");

        assertThat(engine.events.events(LifecycleEvent.MergeCompleted.class)).hasSize(3);
        assertThat(engine.events.events(LifecycleEvent.NightEndedEarly.class))
                .singleElement()
                .satisfies(end -> {
                    assertThat(end.why().reason()).isEqualTo("it was to end at 2026-01-01T05:00:00Z");
                    assertThat(end.left()).isEqualTo(LEARNERS - 3);
                });
        jobs.run("nightly-merge");
        assertThat(engine.events.events(LifecycleEvent.MergeCompleted.class)).hasSize(LEARNERS);
    }

    @Test
    @DisplayName("leave a night undone, for another node, that the orchestrator's end ended")
    void closedInTheMiddle() {
        Orchestrator orchestrator = restart(builder().nightly("30 2 * * *", BERLIN));
        learners();
        int[] commits = {0};
        engine.blobs.onCommit(() -> {
            if (++commits[0] == 6) {
                orchestrator.close();
            }
        });

        assertThatThrownBy(() -> jobs.run("nightly-merge"))
                .isInstanceOf(CancellationException.class)
                .hasMessage("this process ends; 9 namespaces are left");

        assertThat(restart(engine.builder()).merges().runNight().merged()).isEqualTo(LEARNERS - 3);
    }

    @Test
    @DisplayName("clean up: old checkpoints go, then what nothing refers to")
    void cleanup() {
        Orchestrator orchestrator = restart(builder().cleanup("0 5 * * *", BERLIN));
        for (int seed = 1; seed <= 5; seed++) {
            if (seed == 1) {
                engine.provision(MATH);
            }
            engine.register(MATH, seed);
            engine.merge();
        }
        CheckpointRow oldest = orchestrator.checkpoints().get(EngineFixture.ADA, 1);
        engine.storeTime.advance(Duration.ofDays(365));
        jobs.run("cleanup");
        assertThat(orchestrator.checkpoints().list(EngineFixture.ADA, 9))
                .extracting(CheckpointRow::version)
                .containsExactly(5L, 4L, 3L);

        engine.storeTime.advance(Duration.ofDays(2));
        jobs.run("cleanup");

        assertThat(engine.blobs.list(
                        orchestrator.namespaces().get(EngineFixture.ADA).nsUid()))
                .extracting(blob -> blob.name())
                .doesNotContain(oldest.manifestBlob());
    }

    @Test
    @DisplayName(
            "run on a thread of their own by default, at the times of the clock that it was given; a given timer stays the host's")
    void byItself() throws InterruptedException {
        ManualTimer timer = new ManualTimer();
        CountDownLatch merged = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        Orchestrator orchestrator = engine.restart(engine.builder()
                .clock(time)
                .timer(timer)
                .nightly("30 2 * * *", BERLIN)
                .addListener(event -> {
                    if (event instanceof LifecycleEvent.MergeCompleted) {
                        thread.set(Thread.currentThread());
                        merged.countDown();
                    }
                }));
        engine.provision(MATH);
        engine.register(MATH, 1);
        orchestrator.start();
        timer.tick();
        assertThat(engine.events.events(LifecycleEvent.NightStarted.class)).isEmpty();

        time.advance(Duration.ofMinutes(90));
        timer.tick();

        assertThat(merged.await(60, TimeUnit.SECONDS)).isTrue();
        orchestrator.close();
        assertThat(thread.get().getName()).isEqualTo("pfm-jobs");
        assertThat(timer.isShutdown()).isFalse();
        assertThat(timer.periods()).as("nothing is left on it").isEmpty();
    }

    @Test
    @DisplayName("are refused with a malformed schedule, a second one, or a deadline without nights")
    void refusals() {
        OrchestratorBuilder builder = builder().nightly("30 2 * * *", BERLIN);
        assertThatThrownBy(() -> builder.nightly("30 3 * * *", BERLIN))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the nightly schedule is set already, to \"30 2 * * *\" in Europe/Berlin");
        assertThatThrownBy(() -> builder.cleanup("30 25 * * *", BERLIN))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the field hour");
        assertThatThrownBy(() -> builder.nightShards(0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> builder.nightlyDeadline(LocalTime.of(6, 0, 1)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("full minute");
        OrchestratorBuilder alone = engine.builder().nightlyDeadline(LocalTime.of(6, 0));
        assertThatThrownBy(alone::build)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("there is a nightly deadline, but no nightly schedule");
    }

    private OrchestratorBuilder builder() {
        return engine.builder().clock(time).jobs(jobs);
    }

    private Orchestrator restart(OrchestratorBuilder builder) {
        return engine.restart(builder);
    }

    private void learners() {
        for (int i = 0; i < LEARNERS; i++) {
            LearnerId learner = LearnerId.of(String.format(Locale.ROOT, "learner-%04d", i));
            engine.orchestrator().namespaces().provision(learner, List.of(MATH));
            engine.orchestrator()
                    .adapters()
                    .register(learner, MATH, AdapterFixture.tiny(i).files());
        }
    }
}
