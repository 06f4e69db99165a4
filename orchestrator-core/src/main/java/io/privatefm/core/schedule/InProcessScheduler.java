/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.schedule.JobScheduler;
import io.privatefm.spi.schedule.Timetable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scheduler of a single process, without storage. It looks at the clock every second, on a timer that it shares with others, so that
 * a clock that jumps is noticed; jobs run one after another on a thread of its own.
 */
public final class InProcessScheduler implements JobScheduler {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessScheduler.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final ExecutorService worker;
    private final Duration patience;
    private final List<ScheduledJob> jobs = new ArrayList<>();
    private @Nullable ScheduledFuture<?> looking;
    private boolean closed;

    /**
     * A scheduler.
     *
     * @param timer where the clock is looked at; not shut down
     * @param patience how long {@link #close()} waits for the job that is running
     */
    public InProcessScheduler(InstantSource clock, ScheduledExecutorService timer, Duration patience) {
        this(clock, timer, patience, ownThread());
    }

    InProcessScheduler(InstantSource clock, ScheduledExecutorService timer, Duration patience, ExecutorService worker) {
        this.clock = clock;
        this.timer = timer;
        this.patience = patience;
        this.worker = worker;
    }

    private static ExecutorService ownThread() {
        return new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = new Thread(work, "pfm-jobs");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public synchronized void add(String name, Timetable times, Runnable work) {
        JobScheduler.requireName(name);
        requireNew();
        if (jobs.stream().anyMatch(job -> job.name().equals(name))) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "there is a job " + name + " already");
        }
        jobs.add(new ScheduledJob(name, times, work, clock));
    }

    @Override
    public synchronized void start() {
        requireNew();
        for (ScheduledJob job : jobs) {
            LOG.info("job {} is next due at {}", job.name(), job.begin());
        }
        looking = timer.scheduleWithFixedDelay(this::look, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void requireNew() {
        if (looking != null || closed) {
            throw new IllegalStateException("the scheduler was started or closed already");
        }
    }

    private synchronized void look() {
        if (!closed) {
            jobs.stream().filter(ScheduledJob::claim).forEach(worker::execute);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (looking != null) {
                looking.cancel(false);
            }
        }
        worker.shutdown();
        try {
            if (!worker.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn("a job has not ended after {}; it is left to itself", patience);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
