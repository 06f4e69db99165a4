/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import static io.privatefm.server.schema.ServerTables.bind;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.schema.ServerTables;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Operations that outlive the process that was asked for them: rows of the database, run by one of the processes that share it, and taken
 * over by another one if that dies. An operation may be begun more than once; what it does is done once, since the engine lets one worker
 * at a namespace, and finds nothing to do the second time. Built on db-scheduler, each of whose rows is taken by a conditional update.
 *
 * <p>Processes go by their own clocks, which should agree to a second or so: a process that seems not to have said that it lives for four
 * heartbeats counts as dead. Safe for use by several threads at once.
 */
public final class Operations implements AutoCloseable {
    /** How long an operation that ended can be asked for. */
    public static final Duration KEPT = Duration.ofDays(30);

    static final String TASKS = "pfm_server_task";

    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);
    private static final String CORRELATION = "correlation_id"; // where an orchestrator has it on a thread
    private static final int MISSED = 4;
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Orchestrator pfm;
    private final DataSource connections;
    private final ServerTables tables;
    private final Idempotency idempotency;
    private final OperationProgress progress;
    private final OperationSettings settings;
    private final InstantSource clock;
    private final Watchers watchers;
    private final OperationRunner runner;
    private final OperationTask task;
    private @Nullable ScheduledFuture<?> watching;
    private final OperationThreads looking = new OperationThreads("pfm-operations-watch", 1);
    private final Set<String> givenBack = ConcurrentHashMap.newKeySet();
    private @Nullable Scheduler scheduler;
    private volatile boolean closing;

    /**
     * @param connections to the database with the service's tables
     * @param progress the one that the orchestrator's builder was given
     */
    public Operations(
            Orchestrator pfm,
            DataSource connections,
            Idempotency idempotency,
            OperationProgress progress,
            OperationSettings settings,
            InstantSource clock) {
        this.pfm = pfm;
        this.connections = connections;
        this.tables = new ServerTables(connections);
        this.idempotency = idempotency;
        this.progress = progress;
        this.settings = settings;
        this.clock = () -> clock.instant().truncatedTo(ChronoUnit.MICROS);
        this.watchers = new Watchers(settings.watchers());
        this.runner =
                new OperationRunner(tables, new OperationWork(pfm, settings, () -> closing), progress, this.clock);
        this.task = new OperationTask(
                id -> closing ? Optional.of(Duration.ZERO) : runner.run(id), givenBack::contains, settings.pause());
        progress.onChange(watchers::tell);
    }

    /** Begins to do what was asked for, also of a process that died. */
    public synchronized void start() {
        if (scheduler != null || closing) {
            throw new IllegalStateException("started or closed already");
        }
        RecurringTask<Void> forgetting =
                Tasks.recurring("forget", FixedDelay.ofHours(1)).execute((instance, context) -> forget());
        OperationThreads due = new OperationThreads("pfm-operations-due", 1);
        Scheduler started = Scheduler.create(connections, task)
                .startTasks(List.of(forgetting))
                .tableName(TASKS)
                .jdbcCustomization(new DefaultJdbcCustomization(false)) // both databases keep times with zones
                .serializer(new NoTaskData())
                .schedulerName(new SchedulerName.Fixed(settings.node()))
                .clock(clock::instant)
                .threads(settings.threads())
                .executorService(new OperationThreads("pfm-operations", settings.threads()))
                .dueExecutor(due)
                .housekeeperExecutor(new OperationThreads("pfm-operations-heartbeat", 2))
                .pollUsingFetch(0.5, 3.0)
                .pollingInterval(settings.polling())
                .heartbeatInterval(settings.heartbeat())
                .missedHeartbeatsLimit(MISSED)
                .deleteUnresolvedAfter(FOR_EVER) // other versions' tasks are theirs
                .shutdownMaxWait(settings.patience().dividedBy(2)) // it waits twice
                .failureLogging(LogLevel.WARN, true)
                .build();
        due.onShutdownNow(started::triggerCheckForDueExecutions);
        scheduler = started;
        started.start();
        long pause = settings.polling().toMillis();
        watching = looking.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
    }

    /**
     * Takes an operation on: once this returns, it is done, also if the process dies. The correlation id that is open on the calling thread
     * is that of the work. With a key, the operation is taken on once, as {@link Idempotency} says.
     *
     * @throws KeyReusedException if the key came with another request before
     * @throws io.privatefm.spi.UnavailableException if the database does not answer: perhaps it is taken on
     */
    public Submitted submit(OperationRequest what, Optional<IdempotencyKey> key) {
        String id = UUID.randomUUID().toString().replace("-", "");
        Submitted submitted = tables.inTransaction(handle -> {
            Optional<Remembered> known =
                    key.map(given -> idempotency.begin(handle, given, what.fingerprint(), Optional.of(id)));
            if (known.isPresent() && known.get() instanceof Remembered.Different) {
                throw new KeyReusedException();
            }
            if (known.isPresent() && known.get() instanceof Remembered.Same same) {
                return new Submitted(row(handle, same.answer()), true);
            }
            Instant now = clock.instant();
            OperationTable.insert(
                    handle, id, what, Optional.ofNullable(MDC.get(CORRELATION)).orElse(id), now);
            client(handle).scheduleIfNotExists(task.instance(id), now);
            return new Submitted(row(handle, id), false);
        });
        wake();
        return submitted;
    }

    private Operation row(Handle handle, String id) {
        Operation stored = OperationTable.find(handle, id).orElseThrow().operation();
        return progress.find(id).filter(running -> !stored.status().hasEnded()).orElse(stored);
    }

    private SchedulerClient client(Handle handle) {
        return SchedulerClient.Builder.create(new OneConnection(handle.getConnection()), task)
                .tableName(TASKS)
                .jdbcCustomization(new DefaultJdbcCustomization(false))
                .serializer(new NoTaskData())
                .build();
    }

    private synchronized void wake() {
        if (scheduler != null && !closing) {
            scheduler.triggerCheckForDueExecutions();
        }
    }

    /** An operation; empty if there is none, or it ended 30 days ago. */
    public Optional<Operation> find(String id) {
        Optional<Operation> running = progress.find(id);
        return running.isPresent()
                ? running
                : tables.inTransaction(handle -> OperationTable.find(handle, id))
                        .map(StoredOperation::operation);
    }

    /**
     * Tells of an operation, as it is now and at every change, until it ended. One that runs in this process is told of at once, others as
     * often as {@link OperationSettings#polling} says.
     *
     * @param listener must not block, and gets nothing after an operation that ended
     * @return ends that
     * @throws TooManyWatchersException if {@link OperationSettings#watchers} watch already
     * @throws InvalidInputException if there is no such operation
     */
    public AutoCloseable watch(String id, Consumer<Operation> listener) {
        Watchers.Watcher watcher = watchers.add(id, listener);
        try {
            watcher.tell(find(id).orElseThrow(() ->
                    new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no operation " + id)));
        } catch (PfmException e) {
            watcher.close();
            throw e;
        }
        return watcher;
    }

    /** Looks at operations of other processes that are watched. */
    private void look() {
        Set<String> elsewhere =
                watchers.watched().stream().filter(id -> !progress.has(id)).collect(Collectors.toSet());
        if (elsewhere.isEmpty()) {
            return;
        }
        try {
            tables.inTransaction(handle -> OperationTable.find(handle, elsewhere)).stream()
                    .filter(operation -> !progress.has(operation.operationId()))
                    .forEach(watchers::tell);
        } catch (RuntimeException e) {
            LOG.warn("operations that are watched cannot be looked at; they are looked at again", e);
        }
    }

    /** Removes what ended long ago, and idempotency keys that are over. */
    void forget() {
        Instant now = clock.instant();
        int rows = tables.inTransaction(
                handle -> OperationTable.forget(handle, now.minus(KEPT)) + Idempotency.forget(handle, now));
        LOG.debug("{} rows of operations and requests were over", rows);
    }

    /**
     * Lets what is running end within the patience, nights at once, and leaves the rest to the next process, or to another one that runs.
     * Idempotent. To be called before the orchestrator is closed.
     */
    @Override
    public void close() {
        Scheduler running;
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            running = scheduler;
        }
        if (progress.hasNight()) {
            pfm.merges().cancelNight();
        }
        if (running != null) {
            running.stop();
            runner.here().forEach(this::giveBack);
        }
        if (watching != null) {
            watching.cancel(false);
        }
        looking.shutdown();
    }

    /** Lets others begin an operation anew that is not done yet: whoever ends it first has done it. */
    private void giveBack(String id) {
        LOG.warn("operation {} has not ended after {}; another process goes on with it", id, settings.patience());
        givenBack.add(id);
        try {
            tables.inTransaction(handle -> {
                OperationTable.waits(handle, id, false);
                return bind(
                                handle.createUpdate("update " + TASKS + " set picked = false, picked_by = null,"
                                        + " last_heartbeat = null, version = version + 1, execution_time = :now"
                                        + " where task_name = :name and task_instance = :id and picked = true"),
                                "now",
                                clock.instant())
                        .bind("name", OperationTask.NAME)
                        .bind("id", id)
                        .execute();
            });
        } catch (PfmException e) {
            LOG.warn("operation {} could not be given back; it is taken over when it counts as dead", id, e);
        }
    }
}
