/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Fills a store with namespaces that have nothing to merge: rows alone, which is all that a night reads of them. */
final class IdleNamespaces {
    private static final int IN_ONE_TRANSACTION = 1_000;
    private static final int THREADS = 4;

    private IdleNamespaces() {}

    /**
     * Adds rows like one that core has left.
     *
     * @param row as it is after what made it idle
     */
    static void fill(OrchestratorStore store, NamespaceRow row, int count) {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> parts = new ArrayList<>();
            for (int from = 0; from < count; from += IN_ONE_TRANSACTION) {
                int first = from;
                int end = Math.min(count, from + IN_ONE_TRANSACTION);
                parts.add(pool.submit(() -> insert(store, row, first, end)));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void insert(OrchestratorStore store, NamespaceRow row, int first, int end) {
        store.inTransaction(tx -> {
            for (int i = first; i < end; i++) {
                tx.insert(copy(row, i));
            }
            return true;
        });
    }

    private static NamespaceRow copy(NamespaceRow row, int number) {
        return new NamespaceRow(
                LearnerId.of("learner-" + Integer.toString(number, 10)),
                new NsUid(String.format(Locale.ROOT, "%032x", number + 1)),
                row.subjects(),
                row.state(),
                row.foundationRelease(),
                row.policy(),
                row.legalHold(),
                row.checkpointVersion(),
                row.eventHead(),
                row.outboxHead(),
                row.settled(),
                row.revision());
    }
}
