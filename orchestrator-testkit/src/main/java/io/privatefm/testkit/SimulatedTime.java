/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Simulated time: stands still until somebody advances it, and costs nothing then. One clock for the store, the blobs, the bus and every
 * orchestrator of a simulation, and timers that run what is due on the thread that advances it; so a simulation has one thread, and the
 * same seed gives the same run. For use by one thread.
 */
public final class SimulatedTime implements InstantSource {
    private final List<SimulatedTimer> timers = new ArrayList<>();
    private Instant now;
    private long tasks;
    private long advances;

    /** Time that begins here. */
    public SimulatedTime(Instant start) {
        now = start;
    }

    @Override
    public Instant instant() {
        return now;
    }

    /**
     * Lets time go by, and runs what becomes due, each task at its time. A task may let time go by itself: what it takes is not added.
     * One that is repeated runs when it is first due and once more at the end, not thousands of times in a month.
     */
    public void advance(Duration time) {
        Instant end = now.plus(time);
        long advance = ++advances;
        for (Optional<SimulatedTimer.Task> task = due(end); task.isPresent(); task = due(end)) {
            now = task.get().due().isAfter(now) ? task.get().due() : now;
            task.get().run(advance, end);
        }
        now = end.isAfter(now) ? end : now;
    }

    /** A new timer that goes by this time; one for each simulated process, since a dead one's tasks are dropped. */
    public SimulatedTimer timer() {
        SimulatedTimer timer = new SimulatedTimer(this);
        timers.add(timer);
        return timer;
    }

    long nextTask() {
        return ++tasks;
    }

    void forget(SimulatedTimer timer) {
        timers.remove(timer);
    }

    private Optional<SimulatedTimer.Task> due(Instant end) {
        SimulatedTimer.Task first = null;
        for (SimulatedTimer timer : timers) {
            for (SimulatedTimer.Task task : timer.waiting()) {
                if (!task.due().isAfter(end) && (first == null || task.isBefore(first))) {
                    first = task;
                }
            }
        }
        return Optional.ofNullable(first);
    }
}
