/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.schedule.JobScheduler;
import io.privatefm.spi.schedule.Timetable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fixture: a scheduler that runs a job when a test says so, on its thread. */
final class ManualJobs implements JobScheduler {
    private final Map<String, Timetable> times = new LinkedHashMap<>();
    private final Map<String, Runnable> work = new LinkedHashMap<>();
    private boolean running;

    List<String> names() {
        return List.copyOf(work.keySet());
    }

    Timetable times(String name) {
        return times.get(name);
    }

    void run(String name) {
        work.get(name).run();
    }

    boolean isRunning() {
        return running;
    }

    @Override
    public void add(String name, Timetable timetable, Runnable job) {
        times.put(name, timetable);
        work.put(name, job);
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void close() {
        running = false;
    }
}
