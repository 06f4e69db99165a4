/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timer of a {@link SimulatedTime}: what is due runs on the thread that advances the time. A task that fails is not run again, as with
 * any {@link ScheduledExecutorService}. {@link #stall} is what a process does that stands still: nothing of it runs, and time goes by.
 */
public final class SimulatedTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final SimulatedTime time;
    private final List<Task> tasks = new ArrayList<>();
    private boolean stalled;
    private boolean down;

    SimulatedTimer(SimulatedTime time) {
        this.time = time;
    }

    /** Nothing runs before {@link #goOn}, however long that takes. */
    public void stall() {
        stalled = true;
    }

    /** What became due meanwhile runs when time is advanced next. */
    public void goOn() {
        stalled = false;
    }

    /** Tasks that may become due now. */
    List<Task> waiting() {
        return stalled ? List.of() : tasks;
    }

    /** Runs something once; nobody asks what came of it. */
    void later(Runnable work, Duration delay) {
        requireUp();
        tasks.add(new Scheduled<>(
                () -> {
                    work.run();
                    return true;
                },
                time.instant().plus(delay),
                null));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return schedule(
                () -> {
                    command.run();
                    return true;
                },
                delay,
                unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return add(new Scheduled<>(callable, in(delay, unit), null));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return scheduleWithFixedDelay(command, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        if (delay <= 0) {
            throw new IllegalArgumentException("a delay must be longer than nothing, not " + delay);
        }
        return add(new Scheduled<>(
                () -> {
                    command.run();
                    return true;
                },
                in(initialDelay, unit),
                Duration.of(delay, unit.toChronoUnit())));
    }

    /** Runs it now. */
    @Override
    public void execute(Runnable command) {
        requireUp();
        command.run();
    }

    /** Takes no more tasks, and runs none of those that wait. */
    @Override
    public void shutdown() {
        down = true;
        tasks.clear();
        time.forget(this);
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
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

    /** Never waits: what runs, runs on the calling thread. */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return down;
    }

    private <V> ScheduledFuture<V> add(Scheduled<V> task) {
        requireUp();
        tasks.add(task);
        return task;
    }

    private void requireUp() {
        if (down) {
            throw new RejectedExecutionException("the simulated timer was shut down");
        }
    }

    private Instant in(long delay, TimeUnit unit) {
        return time.instant().plus(Duration.of(Math.max(0, delay), unit.toChronoUnit()));
    }

    /** Something that becomes due. */
    interface Task {
        Instant due();

        boolean isBefore(Task other);

        void run(long advance, Instant end);
    }

    private final class Scheduled<V> implements Task, ScheduledFuture<V> {
        private final Callable<V> work;
        private final @Nullable Duration period;
        private final long number = time.nextTask();
        private Instant due;
        private long lastAdvance;
        private boolean cancelled;
        private boolean done;
        private @Nullable V result;
        private @Nullable Throwable failure;

        Scheduled(Callable<V> work, Instant due, @Nullable Duration period) {
            this.work = work;
            this.due = due;
            this.period = period;
        }

        @Override
        public Instant due() {
            return due;
        }

        @Override
        public boolean isBefore(Task other) {
            return due.equals(other.due()) ? number < ((Scheduled<?>) other).number : due.isBefore(other.due());
        }

        @Override
        public void run(long advance, Instant end) {
            tasks.remove(this);
            try {
                result = work.call();
            } catch (SimulatedCrash e) {
                failure = e;
                shutdown(); // the whole process
            } catch (Exception | Error e) {
                failure = e;
            }
            if (period == null || failure != null) {
                done = true;
            } else if (!cancelled && !down) {
                Instant next = time.instant().plus(period);
                boolean again = lastAdvance == advance && next.isBefore(end);
                lastAdvance = advance;
                due = again ? end : next;
                tasks.add(this);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (isDone()) {
                return false;
            }
            cancelled = true;
            tasks.remove(this);
            return true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public boolean isDone() {
            return cancelled || done;
        }

        /** What it came to. Never waits: nothing would run meanwhile. */
        @Override
        public @Nullable V get() throws ExecutionException {
            if (cancelled) {
                throw new CancellationException();
            }
            if (failure != null) {
                throw new ExecutionException(failure);
            }
            if (!done) {
                throw new IllegalStateException("it is not due before " + due + "; advance the simulated time");
            }
            return result;
        }

        @Override
        public @Nullable V get(long timeout, TimeUnit unit) throws ExecutionException {
            return get();
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(Duration.between(time.instant(), due));
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
