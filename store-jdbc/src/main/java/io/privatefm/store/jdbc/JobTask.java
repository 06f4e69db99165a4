/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.ScheduledExecution;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.OnStartup;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.privatefm.spi.schedule.Timetable;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A job as db-scheduler sees it: one row for good, whose time is that of the next run. A run stands for all times up to its start, also if
 * it failed. A run that nobody ended keeps its time, and so does one that was cancelled: they are due at once.
 */
final class JobTask extends AbstractTask<Void> implements OnStartup {
    private static final String INSTANCE = "recurring";

    private final Timetable times;
    private final Runnable work;

    JobTask(String name, Timetable times, Runnable work) {
        super(
                name,
                Void.class,
                (failed, row) -> failed(times, failed, row),
                (dead, row) -> row.reschedule(dead, dead.getExecution().executionTime));
        this.times = times;
        this.work = work;
    }

    @Override
    public CompletionHandler<Void> execute(TaskInstance<Void> instance, ExecutionContext context) {
        work.run();
        return (done, row) -> {
            Instant covered = covered(done);
            row.reschedule(ExecutionComplete.success(done.getExecution(), covered, covered), times.next(covered));
        };
    }

    private static void failed(Timetable times, ExecutionComplete failed, ExecutionOperations<Void> row) {
        Instant covered = covered(failed);
        Throwable cause = failed.getCause().orElse(null);
        boolean undone = cause instanceof CancellationException;
        row.reschedule(
                ExecutionComplete.failure(failed.getExecution(), covered, covered, cause),
                undone ? failed.getExecution().executionTime : times.next(covered));
    }

    /** The moment up to which a run stands for all times, and that its row keeps: its start, or its own time if the clock went back. */
    private static Instant covered(ExecutionComplete ended) {
        Instant started = ended.getTimeDone().minus(ended.getDuration());
        return later(started, ended.getExecution().executionTime);
    }

    /** Makes the row, or moves it if the timetable is another now; a time that is over stays, to be caught up. */
    @Override
    public void onStartup(SchedulerClient client, Clock clock) {
        Instant now = clock.now();
        TaskInstance<Void> instance = instance(INSTANCE);
        Optional<ScheduledExecution<Object>> row = client.getScheduledExecution(instance);
        if (row.isEmpty()) {
            client.scheduleIfNotExists(instance, times.next(now));
        } else if (!row.get().isPicked() && row.get().getExecutionTime().isAfter(now)) {
            Instant covered = later(row.get().getLastFailure(), later(row.get().getLastSuccess(), now));
            Instant next = times.next(covered);
            if (!next.equals(row.get().getExecutionTime())) {
                client.reschedule(instance, next);
            }
        }
    }

    private static Instant later(@Nullable Instant one, Instant other) {
        return one == null || other.isAfter(one) ? other : one;
    }

    @Override
    public SchedulableInstance<Void> schedulableInstance(String id) {
        throw new UnsupportedOperationException("made at start alone");
    }

    @Override
    public SchedulableInstance<Void> schedulableInstance(String id, Void data) {
        return schedulableInstance(id);
    }
}
