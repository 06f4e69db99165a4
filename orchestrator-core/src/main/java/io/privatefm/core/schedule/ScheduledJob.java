/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.schedule;

import io.privatefm.spi.schedule.Timetable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One job and its next time. */
final class ScheduledJob implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduledJob.class);

    private final String name;
    private final Timetable times;
    private final Runnable work;
    private final InstantSource clock;
    private Instant due = Instant.MAX;
    private boolean claimed;

    ScheduledJob(String name, Timetable times, Runnable work, InstantSource clock) {
        this.name = name;
        this.times = times;
        this.work = work;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    /** Counts from now; gives the first time. */
    synchronized Instant begin() {
        due = times.next(clock.instant());
        return due;
    }

    /** Whether it is due and nobody was told so yet; who is told runs it. */
    synchronized boolean claim() {
        if (claimed || clock.instant().isBefore(due)) {
            return false;
        }
        claimed = true;
        return true;
    }

    @Override
    public void run() {
        Instant covered = covered();
        try {
            work.run();
        } catch (VirtualMachineError e) {
            throw e;
        } catch (CancellationException e) {
            LOG.info("job {} was not done: {}", name, e.getMessage());
        } catch (Throwable e) { // whatever it is, it is the job's: the next time comes nevertheless
            LOG.error("job {} failed", name, e);
        } finally {
            release(covered);
        }
    }

    /** The run that begins now stands for all times up to here: the clock's, or the time that it is due to, if the clock went back. */
    private synchronized Instant covered() {
        Instant now = clock.instant();
        return now.isBefore(due) ? due : now;
    }

    private synchronized void release(Instant covered) {
        due = times.next(covered);
        claimed = false;
    }
}
