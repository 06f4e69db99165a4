/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import static io.privatefm.server.operation.OperationHome.QUICK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.observe.CorrelationScope;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Operations")
class OperationsTest {
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final IdempotencyKey KEY = new IdempotencyKey("service", "POST /merge", "once");

    @TempDir
    private Path dir;

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("are done, say what they led to, and forget whom they were about")
    void done(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        try (OpenOperations open = home.open().started()) {
            NsUid uid = home.learner(open.pfm(), ADA, 1);
            Submitted merge = submit(open, OperationRequest.merge(ADA, uid));
            assertThat(merge.replayed()).isFalse();
            assertThat(merge.operation().status()).isIn(OperationStatus.QUEUED, OperationStatus.RUNNING);

            Operation merged = open.ended(merge.operation().operationId());

            CheckpointRow checkpoint = open.pfm().checkpoints().latest(ADA).orElseThrow();
            assertThat(merged.status()).isEqualTo(OperationStatus.SUCCEEDED);
            assertThat(merged.outcome()).contains("MERGED");
            assertThat(merged.nsUid()).contains(uid);
            assertThat(merged.checkpointVersion()).hasValue(1);
            assertThat(merged.checkpointHash()).contains(checkpoint.checkpointHash());
            assertThat(merged.attempts()).isEqualTo(1);
            assertThat(merged.startedAt().orElseThrow()).isAfterOrEqualTo(merged.createdAt());
            assertThat(merged.endedAt().orElseThrow())
                    .isAfterOrEqualTo(merged.startedAt().orElseThrow());
            assertThat(open.operations().find(merged.operationId())).contains(merged);
            assertThat(home.dump()).doesNotContain(ADA.value());

            assertThat(outcome(open, OperationRequest.merge(ADA, uid))).isEqualTo("SUCCEEDED UP_TO_DATE 1");
            home.due(open.pfm(), ADA, 2);
            assertThat(outcome(open, OperationRequest.night())).isEqualTo("SUCCEEDED NIGHT_DONE");
            assertThat(outcome(open, OperationRequest.fallback(ADA, uid, new RestorePoint.Newest())))
                    .isEqualTo("SUCCEEDED RESTORED 3");
            assertThat(outcome(open, OperationRequest.fallback(ADA, uid, new RestorePoint.Version(1))))
                    .isEqualTo("SUCCEEDED RESTORED 4");
            assertThat(outcome(open, OperationRequest.fallback(ADA, uid, new RestorePoint.Version(9))))
                    .isEqualTo("FAILED CHECKPOINT_NOT_FOUND");
            open.pfm().merges().pauseNights("maintenance");
            assertThat(outcome(open, OperationRequest.night())).isEqualTo("FAILED NIGHT_ENDED_EARLY");
        }
        assertThat(home.texts("select task_instance from pfm_server_task where task_name = 'operation'"))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("run under the correlation id of the request")
    @SuppressWarnings("try") // the resource works by being open
    void correlation(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        try (OpenOperations open = home.open().started()) {
            NsUid uid = home.learner(open.pfm(), ADA, 1);
            Submitted merge;
            try (CorrelationScope scope = open.pfm().correlated("asked-for-1")) {
                merge = submit(open, OperationRequest.merge(ADA, uid));
            }
            open.ended(merge.operation().operationId());
            assertThat(open.pfm().namespaces().events(ADA, 1, 100))
                    .filteredOn(event -> event.type().equals("MERGE_COMPLETED"))
                    .extracting(EventRow::payload)
                    .allMatch(payload -> payload.contains("asked-for-1"))
                    .hasSize(1);
        }
        assertThat(home.dump()).noneMatch(value -> value.contains("asked-for-1"));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("are taken on once for each key, however often and by however many they are asked for")
    void once(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        Set<String> ids;
        OperationRequest request;
        try (OpenOperations open = home.open();
                OpenOperations other = home.open()) {
            request = OperationRequest.merge(ADA, home.learner(open.pfm(), ADA, 1));
            List<Callable<Submitted>> asking = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                OpenOperations one = i % 2 == 0 ? open : other;
                asking.add(() -> one.operations().submit(request, Optional.of(KEY)));
            }
            ExecutorService threads = Executors.newFixedThreadPool(asking.size());
            List<Submitted> submitted = new ArrayList<>();
            try {
                for (Future<Submitted> one : threads.invokeAll(asking)) {
                    submitted.add(one.get());
                }
            } finally {
                threads.shutdownNow();
            }
            ids = submitted.stream().map(one -> one.operation().operationId()).collect(Collectors.toSet());
            assertThat(submitted).filteredOn(Submitted::replayed).hasSize(asking.size() - 1);
        }
        assertThat(ids).hasSize(1);
        assertThat(home.texts("select operation_id from pfm_server_operation")).containsExactlyElementsOf(ids);

        try (OpenOperations reopened = home.open().started()) {
            Operation ended = reopened.ended(ids.iterator().next());
            Submitted again = reopened.operations().submit(request, Optional.of(KEY));
            assertThat(again).isEqualTo(new Submitted(ended, true));
            assertThatThrownBy(() -> reopened.operations()
                            .submit(
                                    OperationRequest.merge(
                                            LearnerId.of("ben"), ended.nsUid().orElseThrow()),
                                    Optional.of(KEY)))
                    .isInstanceOf(KeyReusedException.class);
            assertThat(home.texts("select operation_id from pfm_server_operation"))
                    .hasSize(1);
            IdempotencyKey others = new IdempotencyKey("other", KEY.route(), KEY.key());
            assertThat(reopened.operations()
                            .submit(request, Optional.of(others))
                            .replayed())
                    .isFalse();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("are tried again while something does not answer, and fail if that goes on")
    void unavailable(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        AtomicInteger failures = new AtomicInteger();
        try (OpenOperations open = home.open(QUICK, setup -> setup, foundation -> failing(foundation, failures))
                .started()) {
            NsUid uid = home.learner(open.pfm(), ADA, 1);
            failures.set(2);
            Operation merged = open.ended(
                    submit(open, OperationRequest.merge(ADA, uid)).operation().operationId());
            assertThat(merged.outcome()).contains("MERGED");
            assertThat(merged.attempts()).isEqualTo(3);

            home.due(open.pfm(), ADA, 2);
            failures.set(Integer.MAX_VALUE);
            Operation failed = open.ended(
                    submit(open, OperationRequest.merge(ADA, uid)).operation().operationId());
            assertThat(failed.status()).isEqualTo(OperationStatus.FAILED);
            assertThat(failed.outcome()).contains("UNAVAILABLE");
            assertThat(failed.attempts()).isEqualTo(OperationWork.TRIES);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("that run when a process closes are given to the next one, which ends them")
    void givenBack(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        Gate gate = new Gate();
        OperationSettings impatient = new OperationSettings(
                "first",
                2,
                3,
                QUICK.polling(),
                Duration.ofMinutes(5), // nobody counts as dead in time
                QUICK.pause(),
                Duration.ofMillis(2),
                10);
        OpenOperations first = home.open(impatient, setup -> setup.executor(gate, 1), foundation -> foundation)
                .started();
        NsUid uid = home.learner(first.pfm(), ADA, 1);
        gate.shut();
        String id = submit(first, OperationRequest.merge(ADA, uid)).operation().operationId();
        gate.awaitArrival();
        assertThat(first.operations().find(id).orElseThrow().status()).isEqualTo(OperationStatus.RUNNING);

        first.operations().close();

        try (OpenOperations second = home.open()) {
            Operation waiting = second.operations().find(id).orElseThrow();
            assertThat(waiting.status()).isEqualTo(OperationStatus.QUEUED);
            assertThat(waiting.attempts()).isZero();
            second.started();
            second.when(id, operation -> operation.attempts() > 0);
            gate.open(); // the first one goes on, as a slow process does
            Operation ended = second.ended(id);
            assertThat(ended.status()).isEqualTo(OperationStatus.SUCCEEDED);
            assertThat(ended.outcome().orElseThrow()).isIn("MERGED", "UP_TO_DATE");
            assertThat(second.pfm().checkpoints().latest(ADA).orElseThrow().version())
                    .isEqualTo(1);
        }
        first.pfm().close();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("that are nights end at once when a process closes, and the next one does the rest")
    void nightGivenBack(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        Gate gate = new Gate();
        String id;
        try (OpenOperations first = home.open(QUICK, setup -> setup.executor(gate, 1), foundation -> foundation)
                .started()) {
            home.learner(first.pfm(), ADA, 1);
            gate.shut();
            id = submit(first, OperationRequest.night()).operation().operationId();
            gate.awaitArrival();
            assertThat(first.operations().find(id).orElseThrow().progress()).contains(new Operation.Progress(0, 1));
            Thread closing = new Thread(first.operations()::close);
            closing.start();
            while (closing.getState() != Thread.State.TIMED_WAITING && closing.isAlive()) {
                Thread.onSpinWait(); // it has cancelled the night, and waits for it
            }
            gate.open();
            closing.join();
            assertThat(first.pfm().checkpoints().latest(ADA)).isEmpty();
        }
        try (OpenOperations second = home.open()) {
            assertThat(second.operations().find(id).orElseThrow().status()).isEqualTo(OperationStatus.QUEUED);
            second.started();
            assertThat(second.ended(id).outcome()).contains("NIGHT_DONE");
            assertThat(second.pfm().checkpoints().latest(ADA).orElseThrow().version())
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("tell those who watch them how far they are, in the process that runs them and in others")
    void watched(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        try (OpenOperations working = home.open();
                OpenOperations looking = home.open()) {
            NsUid uid = home.learner(working.pfm(), ADA, 1);
            OpenOperations idle = home.open();
            idle.close();
            String id = submit(working, OperationRequest.merge(ADA, uid))
                    .operation()
                    .operationId();

            List<Operation> told = working.told(id, () -> working.operations().start());

            assertThat(told).extracting(Operation::status).startsWith(OperationStatus.QUEUED, OperationStatus.RUNNING);
            assertThat(told).extracting(Operation::progress).contains(Optional.of(new Operation.Progress(1, 1)));
            assertThat(told).last().extracting(Operation::outcome).isEqualTo(Optional.of("MERGED"));

            home.due(working.pfm(), ADA, 2);
            String next = submit(working, OperationRequest.merge(ADA, uid))
                    .operation()
                    .operationId();
            assertThat(looking.operations().find(next)).isPresent();
            looking.operations().start(); // either may run it
            assertThat(looking.ended(next).outcome()).contains("MERGED");
            assertThat(working.ended(next).outcome()).contains("MERGED");
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("are watched by so many at most, and a watcher that fails is told nothing more")
    void manyWatchers(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        try (OpenOperations open = home.open()) {
            NsUid uid = home.learner(open.pfm(), ADA, 1);
            String id =
                    submit(open, OperationRequest.merge(ADA, uid)).operation().operationId();
            List<AutoCloseable> watches = new ArrayList<>();
            for (int i = 0; i < QUICK.watchers(); i++) {
                watches.add(open.operations().watch(id, operation -> {}));
            }
            assertThatThrownBy(() -> open.operations().watch(id, operation -> {}))
                    .isInstanceOf(TooManyWatchersException.class);
            watches.get(0).close();
            watches.get(0).close();
            open.operations().watch(id, operation -> {
                throw new IllegalStateException("a watcher that fails");
            });
            watches.add(open.operations().watch(id, operation -> {}));
            assertThatThrownBy(() -> open.operations().watch(id, operation -> {}))
                    .isInstanceOf(TooManyWatchersException.class);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("that ended are forgotten after 30 days, and keys after a day")
    void forgotten(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        try (OpenOperations open = home.open().started()) {
            OperationRequest request = OperationRequest.merge(ADA, home.learner(open.pfm(), ADA, 1));
            String id = open.operations()
                    .submit(request, Optional.of(KEY))
                    .operation()
                    .operationId();
            open.ended(id);
            home.clock().advance(Duration.ofHours(25));
            open.operations().forget();
            assertThat(home.texts("select request from pfm_server_request")).isEmpty();
            assertThat(open.operations().find(id)).isPresent();
            home.clock().advance(Duration.ofDays(30));
            open.operations().forget();
            assertThat(open.operations().find(id)).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("leave nothing of a learner in the service's tables, when they ended and after a deletion")
    void canary(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        LearnerId canary = LearnerId.of("canary-7f3a@school.example");
        LearnerId unknown = LearnerId.of("canary-7f3a-unknown");
        AtomicInteger failures = new AtomicInteger();
        try (OpenOperations open = home.open(QUICK, setup -> setup, foundation -> failing(foundation, failures))) {
            NsUid uid = home.learner(open.pfm(), canary, 1);
            OperationRequest merge = OperationRequest.merge(canary, uid);
            IdempotencyKey named = new IdempotencyKey("service", "POST /merge", "merge-of-" + canary);
            String waiting = open.operations()
                    .submit(merge, Optional.of(named))
                    .operation()
                    .operationId();
            assertThat(home.texts("select learner from pfm_server_operation")).containsExactly(canary.value());
            assertThat(home.dump().stream().filter(value -> value.contains("canary-7f3a")))
                    .as("nowhere else")
                    .hasSize(1);
            open.started();
            assertThat(open.ended(waiting).outcome()).contains("MERGED");
            outcome(open, OperationRequest.fallback(canary, uid, new RestorePoint.Newest()));
            assertThat(outcome(open, OperationRequest.merge(unknown, uid))).isEqualTo("FAILED NAMESPACE_NOT_FOUND");
            assertThat(outcome(open, OperationRequest.fallback(canary, uid, new RestorePoint.Version(99))))
                    .isEqualTo("FAILED CHECKPOINT_NOT_FOUND");
            home.due(open.pfm(), canary, 2);
            failures.set(Integer.MAX_VALUE);
            assertThat(outcome(open, merge)).isEqualTo("FAILED UNAVAILABLE");
            failures.set(0);
            outcome(open, OperationRequest.night());
            assertNoCanary(home);

            open.pfm().guardian().delete(new GuardianRequest(canary, "mum", "secret"));
            assertThat(outcome(open, merge)).isEqualTo("FAILED NAMESPACE_NOT_FOUND");
            assertNoCanary(home);
        }
    }

    private static void assertNoCanary(OperationHome home) throws Exception {
        assertThat(home.dump()).isNotEmpty().noneMatch(value -> value.contains("canary-7f3a"));
    }

    private static Submitted submit(OpenOperations open, OperationRequest what) {
        return open.operations().submit(what, Optional.empty());
    }

    /** Status, outcome and version. */
    private static String outcome(OpenOperations open, OperationRequest what) throws Exception {
        Operation ended = open.ended(submit(open, what).operation().operationId());
        assertThat(ended.detail().orElseThrow()).isNotBlank();
        String version = ended.checkpointVersion().isPresent()
                ? " " + ended.checkpointVersion().getAsLong()
                : "";
        return ended.status() + " " + ended.outcome().orElseThrow() + version;
    }

    /** A foundation that does not answer so many times. */
    private static FoundationStore failing(FoundationStore foundation, AtomicInteger failures) {
        return (FoundationStore) Proxy.newProxyInstance(
                FoundationStore.class.getClassLoader(),
                new Class<?>[] {FoundationStore.class},
                (proxy, method, args) -> {
                    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        throw new UnavailableException("the foundation store does not answer");
                    }
                    try {
                        return method.invoke(foundation, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
