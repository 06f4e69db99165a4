/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.core.Orchestrator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What runs in one process. */
public record OpenOperations(Orchestrator pfm, Operations operations) implements AutoCloseable {
    public OpenOperations started() {
        operations.start();
        return this;
    }

    /** Waits for an operation's end. */
    public Operation ended(String id) throws Exception {
        return when(id, operation -> operation.status().hasEnded());
    }

    /** Waits for an operation to be in some state. */
    @SuppressWarnings("try") // the resource works by being open
    public Operation when(String id, Predicate<Operation> wanted) throws Exception {
        CompletableFuture<Operation> found = new CompletableFuture<>();
        try (AutoCloseable watch = operations.watch(id, operation -> {
            if (wanted.test(operation)) {
                found.complete(operation);
            }
        })) {
            return found.get(60, TimeUnit.SECONDS);
        }
    }

    /** All that is told of an operation, up to its end. */
    @SuppressWarnings("try") // the resource works by being open
    public List<Operation> told(String id, Runnable meanwhile) throws Exception {
        List<Operation> told = new ArrayList<>();
        CompletableFuture<List<Operation>> all = new CompletableFuture<>();
        try (AutoCloseable watch = operations.watch(id, operation -> {
            told.add(operation);
            if (operation.status().hasEnded()) {
                all.complete(List.copyOf(told));
            }
        })) {
            meanwhile.run();
            return all.get(60, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        operations.close();
        pfm.close();
    }
}
