/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.night.NightShard;
import io.privatefm.core.night.NightShift;
import io.privatefm.core.schedule.CronTimetable;
import io.privatefm.core.schedule.InProcessScheduler;
import io.privatefm.spi.checkpoint.RetentionReport;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.recovery.ScrubReport;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.schedule.JobScheduler;
import io.privatefm.spi.schedule.Timetable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an orchestrator does at its times: each is a job of its scheduler. */
final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final JobScheduler scheduler;

    Jobs(JobScheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** The jobs of an orchestrator, as it was set up; null if it has neither timetables nor a scheduler. */
    static @Nullable Jobs of(
            OrchestratorBuilder setup,
            ScheduledExecutorService timer,
            NightShift night,
            Upkeep upkeep,
            Recovery recovery,
            InstantSource clock) {
        if (setup.jobs == null && setup.nightly == null && setup.cleanup == null && setup.scrubbing == null) {
            return null;
        }
        Jobs made = new Jobs(setup.jobs == null ? new InProcessScheduler(setup.clock, timer, PATIENCE) : setup.jobs);
        if (setup.nightly != null && setup.nightlyZone != null) {
            CronTimetable end = setup.nightlyDeadline == null
                    ? null
                    : CronTimetable.daily(setup.nightlyDeadline, setup.nightlyZone);
            made.addNights(night, setup.nightShards, setup.nightly, end, clock);
        }
        if (setup.cleanup != null) {
            made.addCleanup(upkeep, setup.cleanup);
        }
        if (setup.scrubbing != null) {
            made.addScrub(recovery, setup.scrubRequest, setup.scrubbing);
        }
        return made;
    }

    /**
     * Adds nights: a job for each part of the namespaces, so that several nodes share them.
     *
     * @param end the deadlines of nights; null for none
     */
    void addNights(NightShift night, int shards, Timetable times, @Nullable Timetable end, InstantSource clock) {
        for (int i = 0; i < shards; i++) {
            NightShard shard = new NightShard(i, shards);
            String name = shards == 1 ? "nightly-merge" : "nightly-merge-" + (i + 1) + "-of-" + shards;
            scheduler.add(name, times, () -> {
                Instant deadline = end == null ? null : end.next(clock.instant());
                tell(name, night.run(shard, deadline));
            });
        }
    }

    /** Adds what removes checkpoints that are over their time, and blobs that nothing refers to. */
    void addCleanup(Upkeep upkeep, Timetable times) {
        scheduler.add("cleanup", times, () -> {
            RetentionReport report = upkeep.applyRetention();
            LOG.info("cleanup: {} checkpoints expired, {} namespaces skipped", report.removed(), report.skipped());
            LOG.info("cleanup: {} blobs put into the trash", upkeep.collectOrphans());
        });
    }

    /** Adds what reads stored bytes again, and falls back where they are damaged. */
    void addScrub(Recovery recovery, ScrubRequest request, Timetable times) {
        scheduler.add("scrub", times, () -> {
            ScrubReport report = recovery.scrub(request);
            LOG.info(
                    "scrub: {} namespaces, {} bytes, {} findings in {} namespaces",
                    report.namespaces(),
                    report.bytes(),
                    report.findings(),
                    report.results().size());
        });
    }

    private static void tell(String name, NightReport report) {
        LOG.info(
                "{}: {} namespaces, {} up to date, {} merged, {} rejected, {} in progress elsewhere, {} left{}",
                name,
                report.namespaces(),
                report.upToDate(),
                report.merged(),
                report.rejected(),
                report.inProgress(),
                report.left(),
                report.early().map(why -> ": " + why.reason()).orElse(""));
        if (report.early().filter(why -> why.cause() == EarlyEnd.Cause.CLOSED).isPresent()) {
            throw new CancellationException("this process ends; " + report.left() + " namespaces are left");
        }
    }

    /** Begins to run them. */
    void start() {
        scheduler.start();
    }

    /** Runs none any more; waits for those that are running. */
    void close() {
        scheduler.close();
    }
}
