/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.schedule;

/**
 * Runs jobs at their times. Where several nodes use one scheduler's storage, each time of a job leads to one run on one of them; if that
 * node dies in the middle, another runs the job again. Times that went by while nobody was there lead to one run, as soon as somebody is.
 * Jobs must bear that. Safe for use by several threads at once.
 */
public interface JobScheduler extends AutoCloseable {
    /**
     * Adds a job, before {@link #start()}.
     *
     * @param name the same on all nodes, unique among jobs; 1 to 100 of {@code a-z 0-9 -}
     * @param work called on a thread of the scheduler's; one call at a time. What it throws is logged; the next time comes nevertheless
     */
    void add(String name, Timetable times, Runnable work);

    /** Begins to run jobs. */
    void start();

    /** Runs nothing any more, and waits for a job that is running, within limits. Idempotent. */
    @Override
    void close();
}
