/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Fixture: runs periodic tasks when a test says so, on its thread; takes no others. */
public final class ManualTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final List<Task> tasks = new ArrayList<>();
    private boolean down;

    /** Lets every period end that is not cancelled. */
    public void tick() {
        for (Task task : List.copyOf(tasks)) {
            if (!task.cancelled) {
                task.command.run();
            }
        }
    }

    /** Periods of the tasks that are not cancelled, in milliseconds. */
    public List<Long> periods() {
        return tasks.stream()
                .filter(task -> !task.cancelled)
                .map(task -> task.period)
                .toList();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initial, long period, TimeUnit unit) {
        Task task = new Task(command, unit.toMillis(period));
        tasks.add(task);
        return task;
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initial, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable command) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {
        down = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        down = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return down;
    }

    @Override
    public boolean isTerminated() {
        return down;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return down;
    }

    private static final class Task implements ScheduledFuture<Object> {
        private final Runnable command;
        private final long period;
        private boolean cancelled;

        Task(Runnable command, long period) {
            this.command = command;
            this.period = period;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            if (mayInterrupt) {
                throw new AssertionError("a thread must not be interrupted while it uses files");
            }
            cancelled = true;
            return true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public boolean isDone() {
            return cancelled;
        }

        @Override
        public Object get() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object get(long timeout, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(period, TimeUnit.MILLISECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(period, other.getDelay(TimeUnit.MILLISECONDS));
        }
    }
}
