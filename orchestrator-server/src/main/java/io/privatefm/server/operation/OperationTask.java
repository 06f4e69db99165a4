/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Operations as db-scheduler sees them: a row for each that has not ended, under the operation's id. One whose process died is due at once,
 * and so is, after a pause, one whose row could not be kept.
 */
final class OperationTask extends AbstractTask<Void> {
    static final String NAME = "operation";

    private final Function<String, Optional<Duration>> run;
    private final Predicate<String> givenBack;

    /**
     * @param run runs an operation, and says after which pause it is to be run again, if it is
     * @param givenBack whether an operation's row is another's by now
     */
    OperationTask(Function<String, Optional<Duration>> run, Predicate<String> givenBack, Duration pause) {
        super(
                NAME,
                Void.class,
                (failed, row) -> {
                    if (!givenBack.test(failed.getExecution().getId())) {
                        row.reschedule(failed, failed.getTimeDone().plus(pause));
                    }
                },
                (dead, row) -> row.reschedule(dead, dead.getTimeDone()));
        this.run = run;
        this.givenBack = givenBack;
    }

    @Override
    public CompletionHandler<Void> execute(TaskInstance<Void> instance, ExecutionContext context) {
        Optional<Duration> again = run.apply(instance.getId());
        return (done, row) -> {
            if (givenBack.test(instance.getId())) {
                return;
            }
            again.ifPresentOrElse(
                    pause -> row.reschedule(
                            ExecutionComplete.success(done.getExecution(), done.getTimeDone(), done.getTimeDone()),
                            done.getTimeDone().plus(pause)),
                    row::remove);
        };
    }

    @Override
    public SchedulableInstance<Void> schedulableInstance(String id) {
        throw new UnsupportedOperationException("at a time alone");
    }

    @Override
    public SchedulableInstance<Void> schedulableInstance(String id, Void data) {
        return schedulableInstance(id);
    }
}
