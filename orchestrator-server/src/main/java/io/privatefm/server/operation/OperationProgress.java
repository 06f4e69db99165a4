/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.server.operation.Operation.Progress;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Hears how far the operations that run in this process are. To be given to the orchestrator's builder, and then to {@link Operations}.
 * Remembers those that run, no others. Safe for use by several threads at once.
 */
public final class OperationProgress implements OrchestratorListener {
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private volatile Consumer<Operation> changed = operation -> {};

    /** An operation, and the thread that is at it. */
    private record Running(Thread thread, Operation operation) {
        boolean is(NsUid namespace) {
            return operation.nsUid().equals(Optional.of(namespace));
        }

        boolean isNightOfThisThread() {
            return operation.kind() == OperationKind.NIGHT && thread == Thread.currentThread();
        }
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof LifecycleEvent.NightStarted night) {
            progressed(Running::isNightOfThisThread, new Progress(0, night.namespaces()));
        } else if (event instanceof LifecycleEvent.NightProgressed night) {
            progressed(Running::isNightOfThisThread, new Progress(night.done(), night.namespaces()));
        } else if (event instanceof LifecycleEvent.MergeProgressed merge) {
            progressed(found -> found.is(merge.namespace()), new Progress(merge.done(), merge.variants()));
        }
    }

    private void progressed(Predicate<Running> of, Progress progress) {
        running.forEach((id, found) -> {
            if (of.test(found)) {
                Running now = running.computeIfPresent(
                        id,
                        (same, before) ->
                                new Running(before.thread(), before.operation().with(progress)));
                if (now != null) {
                    changed.accept(now.operation());
                }
            }
        });
    }

    /** Whom to tell of changes; must not block. */
    void onChange(Consumer<Operation> listener) {
        changed = listener;
    }

    /** The calling thread is at an operation. */
    void begun(Operation operation) {
        running.put(operation.operationId(), new Running(Thread.currentThread(), operation));
        changed.accept(operation);
    }

    /** No thread is at it any more. */
    void left(String id) {
        running.remove(id);
    }

    /** Tells how an operation is. */
    void tell(Operation operation) {
        changed.accept(operation);
    }

    /** An operation that runs here. */
    Optional<Operation> find(String id) {
        return Optional.ofNullable(running.get(id)).map(Running::operation);
    }

    /** Whether an operation runs here. */
    boolean has(String id) {
        return running.containsKey(id);
    }

    /** Whether a night runs here. */
    boolean hasNight() {
        return running.values().stream().anyMatch(found -> found.operation().kind() == OperationKind.NIGHT);
    }
}
