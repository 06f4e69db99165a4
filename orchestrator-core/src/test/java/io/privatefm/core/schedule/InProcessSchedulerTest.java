/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.ManualTime;
import io.privatefm.core.night.ManualTimer;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.schedule.Timetable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The scheduler of one process")
class InProcessSchedulerTest {
    private static final Timetable HOURS =
            moment -> moment.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));

    private final ManualTime time = new ManualTime();
    private final ManualTimer timer = new ManualTimer();
    private final ManualWorker worker = new ManualWorker();
    private final InProcessScheduler scheduler = new InProcessScheduler(time, timer, Duration.ofSeconds(30), worker);
    private final List<Instant> runs = new ArrayList<>();

    @Test
    @DisplayName("runs a job once for each of its times")
    void onTime() {
        start(() -> runs.add(time.instant()));
        Instant start = time.instant();

        for (int i = 0; i < 24 * 60; i++) {
            time.advance(Duration.ofMinutes(1));
            timer.tick();
            worker.runAll();
        }

        assertThat(runs)
                .hasSize(24)
                .startsWith(start.plus(Duration.ofHours(1)))
                .endsWith(start.plus(Duration.ofDays(1)));
    }

    @Test
    @DisplayName("runs it once for all times that went by while the process slept, and at the next one again")
    void slept() {
        start(() -> runs.add(time.instant()));

        time.advance(Duration.ofHours(30).plusMinutes(10));
        timer.tick();
        timer.tick();
        assertThat(worker.runAll()).isEqualTo(1);
        timer.tick();
        assertThat(worker.runAll()).isZero();
        time.advance(Duration.ofMinutes(50));
        timer.tick();

        assertThat(worker.runAll()).isEqualTo(1);
    }

    @Test
    @DisplayName("runs no time twice when the clock goes back over it")
    void clockGoesBack() {
        start(() -> {
            runs.add(time.instant());
            time.advance(Duration.ofMinutes(-40));
        });

        time.advance(Duration.ofHours(1));
        timer.tick();
        time.advance(Duration.ofMinutes(-20)); // before it begins, and once more while it runs
        worker.runAll();
        for (int i = 0; i < 60; i++) {
            time.advance(Duration.ofMinutes(1));
            timer.tick();
            worker.runAll();
        }
        assertThat(runs).hasSize(1);
        time.advance(Duration.ofMinutes(60));
        timer.tick();

        assertThat(worker.runAll()).isEqualTo(1);
    }

    @Test
    @DisplayName("does not begin a run while the one before goes on; times meanwhile lead to one run after it")
    void oneAtATime() {
        start(() -> {
            runs.add(time.instant());
            if (runs.size() == 1) {
                time.advance(Duration.ofHours(3));
                timer.tick();
            }
        });

        time.advance(Duration.ofHours(1));
        timer.tick();
        timer.tick();
        assertThat(worker.runAll()).isEqualTo(1);
        timer.tick();

        assertThat(worker.runAll()).isEqualTo(1);
        timer.tick();
        assertThat(worker.runAll()).isZero();
    }

    @Test
    @DisplayName("goes on after a job that throws, whatever it is, and with the other jobs")
    void throwing() {
        scheduler.add("other", HOURS, () -> runs.add(time.instant()));
        start(() -> {
            throw new NoClassDefFoundError("a host's mistake");
        });

        for (int i = 0; i < 3; i++) {
            time.advance(Duration.ofHours(1));
            timer.tick();
            assertThat(worker.runAll()).isEqualTo(2);
        }

        assertThat(runs).hasSize(3);
    }

    @Test
    @DisplayName("runs a night in spring whose time clocks skip, once")
    void springNight() {
        time.advance(Duration.between(time.instant(), Instant.parse("2026-03-28T12:00:00Z")));
        scheduler.add(
                "nightly", new CronTimetable("30 2 * * *", ZoneId.of("Europe/Berlin")), () -> runs.add(time.instant()));
        scheduler.start();

        for (int i = 0; i < 24 * 60; i++) {
            time.advance(Duration.ofMinutes(1));
            timer.tick();
            worker.runAll();
        }

        assertThat(runs).containsExactly(Instant.parse("2026-03-29T01:00:00Z"));
    }

    @Test
    @DisplayName("runs nothing after it was closed, and leaves the timer to others")
    void closed() {
        start(() -> runs.add(time.instant()));
        scheduler.close();
        scheduler.close();

        time.advance(Duration.ofHours(1));
        timer.tick();

        assertThat(worker.runAll()).isZero();
        assertThat(timer.isShutdown()).isFalse();
        assertThatThrownBy(scheduler::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("runs jobs on a thread of its own, not on the timer's, and waits for them when it closes")
    void ownThread() throws InterruptedException {
        InProcessScheduler own = new InProcessScheduler(time, timer, Duration.ofSeconds(60));
        AtomicReference<Thread> thread = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        own.add("nightly", HOURS, () -> {
            begun.countDown();
            thread.set(Thread.currentThread());
        });
        own.start();
        time.advance(Duration.ofHours(1));
        timer.tick();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();

        own.close();

        assertThat(thread.get().getName()).isEqualTo("pfm-jobs");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    @DisplayName("refuses names that are taken or of another form, and jobs after its start")
    void refusals() {
        assertThatThrownBy(() -> scheduler.add("Nightly!", HOURS, () -> {}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("a job's name is 1 to 100 of a-z, 0-9 and -, not \"Nightly!\"");
        start(() -> {});
        assertThatThrownBy(() -> scheduler.add("later", HOURS, () -> {})).isInstanceOf(IllegalStateException.class);
    }

    private void start(Runnable work) {
        scheduler.add("nightly", HOURS, work);
        assertThatThrownBy(() -> scheduler.add("nightly", HOURS, work)).isInstanceOf(InvalidInputException.class);
        scheduler.start();
    }
}
