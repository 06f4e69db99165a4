/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import io.privatefm.core.Orchestrator;
import io.privatefm.server.operation.Idempotency;
import io.privatefm.server.operation.IdempotencyKey;
import io.privatefm.server.operation.Operation;
import io.privatefm.server.operation.OperationProgress;
import io.privatefm.server.operation.OperationRequest;
import io.privatefm.server.operation.OperationSettings;
import io.privatefm.server.operation.Operations;
import io.privatefm.server.schema.ServerSchema;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * Has what is due in a {@link Workload}'s home merged by operations, and says which were acknowledged as soon as they were. Dies at an event
 * of the engine if it is told to: then others have not heard of what was done.
 */
public final class OperationProcess {
    static final String STARTED = "STARTED";
    static final String ENDED = "END";
    static final int LEARNERS = 6;

    private static final int EXIT = 137;
    private static final long PATIENCE_SECONDS = 60;
    private static final OperationSettings QUICK = new OperationSettings(
            "process-" + ProcessHandle.current().pid(),
            2,
            3,
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            Duration.ofMillis(20),
            Duration.ofSeconds(10),
            100);

    private OperationProcess() {}

    /** Home, a kind of event, and at the how many-eth of it to die, 0 for never. */
    public static void main(String[] args) throws Exception {
        int dieAt = Integer.parseInt(args[2]);
        AtomicInteger seen = new AtomicInteger();
        run(Path.of(args[0]), event -> {
            if (event.getClass().getSimpleName().equals(args[1]) && seen.incrementAndGet() == dieAt) {
                Runtime.getRuntime().halt(EXIT);
            }
        });
        say(ENDED);
    }

    static List<LearnerId> learners() {
        return IntStream.range(0, LEARNERS)
                .mapToObj(number -> LearnerId.of("asked-for-" + number))
                .toList();
    }

    private static void run(Path home, OrchestratorListener listener) throws Exception {
        Workload workload = new Workload(home);
        JdbcStore store = JdbcStore.open(workload.dataSource(), SchemaMode.MIGRATE);
        DataSource connections = store.connections();
        ServerSchema.migrate(connections);
        OperationProgress progress = new OperationProgress();
        InstantSource clock = InstantSource.system();
        try (Orchestrator pfm = workload.builder(store, workload.blobs())
                        .addListener(progress)
                        .addListener(listener)
                        .build();
                Operations operations = new Operations(
                        pfm, connections, new Idempotency(connections, new byte[32], clock), progress, QUICK, clock)) {
            operations.start();
            say(STARTED);
            List<String> ids = new ArrayList<>();
            for (LearnerId learner : learners()) {
                Operation merge = operations
                        .submit(
                                OperationRequest.merge(
                                        learner, pfm.namespaces().get(learner).nsUid()),
                                Optional.of(new IdempotencyKey("test", "POST /merge", learner.value())))
                        .operation();
                say("ACK " + learner + " " + merge.operationId());
                ids.add(merge.operationId());
            }
            for (String id : ids) {
                say("ENDED " + id + " " + outcome(operations, id));
            }
        }
    }

    @SuppressWarnings("try") // the resource works by being open
    private static String outcome(Operations operations, String id) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (AutoCloseable watch = operations.watch(id, operation -> {
            if (operation.status().hasEnded()) {
                over.countDown();
            }
        })) {
            if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("operation " + operations.find(id) + " did not end");
            }
        }
        return operations.find(id).orElseThrow().status().name();
    }

    /** Kinds of events at which it can die: before a checkpoint is there, and right after. */
    static List<String> deaths() {
        return List.of(
                LifecycleEvent.MergeProgressed.class.getSimpleName(),
                LifecycleEvent.MergeCompleted.class.getSimpleName());
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
