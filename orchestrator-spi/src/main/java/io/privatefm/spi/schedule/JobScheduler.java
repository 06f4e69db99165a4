/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.schedule;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.regex.Pattern;

/**
 * Runs jobs at their times. A run stands for all of its job's times up to its start: times that went by while nobody could run
 * it lead to one run, as soon as somebody can. A time leads to one run, also if the clock steps back over it.
 *
 * <p>Where several nodes use one scheduler's storage, each run is on one of them; if that node dies in the middle, another runs the job
 * again. A node that was only cut off may still be at it then: jobs must bear that. A scheduler without storage knows only of times since
 * it was started. Safe for use by several threads at once.
 */
public interface JobScheduler extends AutoCloseable {
    /** The form of a job's name. */
    Pattern NAME = Pattern.compile("[a-z0-9-]{1,100}");

    /**
     * Adds a job, before {@link #start()}.
     *
     * @param name the same on all nodes, unique among jobs; 1 to 100 of {@code a-z 0-9 -}
     * @param times the same on all nodes
     * @param work called on a thread of the scheduler's that nothing else needs; one call at a time. What it throws is logged; the next time
     *     comes nevertheless. A {@link java.util.concurrent.CancellationException} says that it was not done because this process ends:
     *     where times are stored, it is done again, by another node or by this one after its next start
     * @throws InvalidInputException if the name is of another form, or is taken
     */
    void add(String name, Timetable times, Runnable work);

    /** Begins to run jobs. */
    void start();

    /** Runs nothing any more, and waits for jobs that are running, within limits, without interrupting them. Idempotent. */
    @Override
    void close();

    /** Refuses what cannot be a job's name. */
    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "a job's name is 1 to 100 of a-z, 0-9 and -, not \"" + name + "\"");
        }
    }
}
