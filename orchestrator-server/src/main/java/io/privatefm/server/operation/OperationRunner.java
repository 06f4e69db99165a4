/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.server.schema.ServerTables;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Runs an operation that is due, and keeps its row. One night at a time, so that nights leave a thread to the others. An operation that
 * counted as dead because the database was away, and runs here still, is not run twice.
 */
final class OperationRunner {
    private static final Duration NEXT_NIGHT = Duration.ofSeconds(5);

    private final ServerTables tables;
    private final OperationWork work;
    private final OperationProgress progress;
    private final InstantSource clock;
    private final Set<String> here = ConcurrentHashMap.newKeySet();
    private final Semaphore nights = new Semaphore(1);

    OperationRunner(ServerTables tables, OperationWork work, OperationProgress progress, InstantSource clock) {
        this.tables = tables;
        this.work = work;
        this.progress = progress;
        this.clock = clock;
    }

    /**
     * Runs one on the calling thread.
     *
     * @return when it is to be run again; empty if there is nothing more to do
     */
    Optional<Duration> run(String id) {
        if (!here.add(id)) {
            return Optional.of(NEXT_NIGHT);
        }
        try {
            Optional<StoredOperation> asked = tables.inTransaction(handle -> OperationTable.find(handle, id));
            if (asked.isEmpty() || asked.get().operation().status().hasEnded()) {
                return Optional.empty(); // a process died between its end and that of its task
            }
            if (asked.get().operation().kind() != OperationKind.NIGHT) {
                return tried(id);
            }
            if (!nights.tryAcquire()) {
                return Optional.of(NEXT_NIGHT);
            }
            try {
                return tried(id);
            } finally {
                nights.release();
            }
        } finally {
            here.remove(id);
        }
    }

    /** The operations that run here. */
    Set<String> here() {
        return Set.copyOf(here);
    }

    private Optional<Duration> tried(String id) {
        Optional<StoredOperation> begun =
                tables.inTransaction(handle -> OperationTable.begin(handle, id, clock.instant()));
        if (begun.isEmpty()) {
            return Optional.empty();
        }
        progress.begun(begun.get().operation());
        Optional<StoredOperation> now = Optional.empty();
        try {
            Step step = work.run(begun.get());
            if (step instanceof Step.Again again) {
                now = tables.inTransaction(handle -> OperationTable.waits(handle, id, again.counts()));
                return Optional.of(again.pause());
            }
            Ending ending = ((Step.End) step).ending();
            now = tables.inTransaction(handle -> OperationTable.end(handle, id, ending, clock.instant()));
            return Optional.empty();
        } finally {
            progress.left(id);
            now.ifPresent(row -> progress.tell(row.operation()));
        }
    }
}
