/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.schedule.JobScheduler;
import io.privatefm.spi.schedule.Timetable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of all processes that share a {@link JdbcStore}: times and runs are rows of the store's database, so that a
 * missed time is known after a restart. It goes by the database's clock. Built on db-scheduler, each of whose rows is taken by a conditional update.
 *
 * <p>If the process ends without {@link #close()}, its runs are taken over when their heartbeats have been missing for long enough. After
 * {@code close()} has lost its patience a job may go on without heartbeats, and be taken over too.
 */
public final class JdbcScheduler implements JobScheduler {
    private static final String TABLE = "pfm_schedule";
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final DataSource connections;
    private final Clock clock;
    private final ScheduleSettings settings;
    private final List<JobTask> jobs = new ArrayList<>();
    private @Nullable Scheduler scheduler;
    private boolean closed;

    JdbcScheduler(DataSource connections, Clock clock, ScheduleSettings settings) {
        this.connections = connections;
        this.clock = clock;
        this.settings = settings;
    }

    /** A scheduler on a store's database; the store stays open for longer. */
    public static JdbcScheduler on(JdbcStore store, ScheduleSettings settings) {
        DataSource connections = store.connections();
        return new JdbcScheduler(connections, new DatabaseClock(connections, store.dialect()), settings);
    }

    @Override
    public synchronized void add(String name, Timetable times, Runnable work) {
        JobScheduler.requireName(name);
        requireNew();
        if (jobs.stream().anyMatch(job -> job.getName().equals(name))) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "there is a job " + name + " already");
        }
        jobs.add(new JobTask(name, times, work));
    }

    /**
     * Begins to run jobs.
     *
     * @throws io.privatefm.spi.PfmException if the database does not answer
     */
    @Override
    public synchronized void start() {
        requireNew();
        clock.now();
        SteadyThreads looking = new SteadyThreads("pfm-jobs-due", 1);
        Scheduler started = Scheduler.create(connections)
                .startTasks(jobs)
                .tableName(TABLE)
                .jdbcCustomization(new DefaultJdbcCustomization(false)) // both databases keep times with zones
                .serializer(new NoTaskData())
                .schedulerName(new SchedulerName.Fixed(settings.node()))
                .clock(clock)
                .threads(Math.max(1, jobs.size())) // a job that waited for a thread would have no heartbeat
                .executorService(new SteadyThreads("pfm-jobs", Math.max(1, jobs.size())))
                .dueExecutor(looking)
                .housekeeperExecutor(new SteadyThreads("pfm-jobs-heartbeat", 2))
                .pollingInterval(settings.polling())
                .heartbeatInterval(settings.heartbeat())
                .missedHeartbeatsLimit(ScheduleSettings.MISSED)
                .deleteUnresolvedAfter(FOR_EVER) // other versions' jobs are theirs
                .shutdownMaxWait(settings.patience().dividedBy(2)) // it waits twice
                .failureLogging(LogLevel.ERROR, true)
                .build();
        looking.onShutdownNow(started::triggerCheckForDueExecutions);
        scheduler = started;
        started.start();
    }

    private void requireNew() {
        if (scheduler != null || closed) {
            throw new IllegalStateException("the scheduler was started or closed already");
        }
    }

    @Override
    public synchronized void close() {
        if (!closed && scheduler != null) {
            scheduler.stop();
        }
        closed = true;
    }
}
