/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.TxWork;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Opens and closes the store of each test of a contract, and runs transactions on it. */
abstract class StoreFixture {
    static final int WRITERS = 8;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

    @SuppressWarnings("NullAway.Init")
    private OrchestratorStore store;

    /** A store without rows; called before each test, closed after it. */
    protected abstract OrchestratorStore emptyStore();

    /**
     * The store that {@link #emptyStore()} gave, closed meanwhile, with its rows; called for a store that says it is {@link
     * io.privatefm.spi.store.Capability#DURABLE}.
     */
    protected OrchestratorStore reopenedStore() {
        throw new AssertionError("a durable store overrides reopenedStore()");
    }

    @BeforeEach
    final void open() {
        store = emptyStore();
    }

    @AfterEach
    final void close() {
        if (store != null) {
            store.close();
        }
    }

    final OrchestratorStore store() {
        return store;
    }

    final void reopen() {
        store.close();
        store = reopenedStore();
    }

    final <T> T run(TxWork<T> work) {
        return store.inTransaction(work);
    }

    final boolean yes(TxWork<Boolean> work) {
        return run(work);
    }

    final long count(TxWork<Long> work) {
        return run(work);
    }

    final <R> List<R> rows(TxWork<List<R>> work) {
        return run(work);
    }

    final <R> Optional<R> one(TxWork<Optional<R>> work) {
        return run(work);
    }

    final Set<Sha256> blobs(TxWork<Set<Sha256>> work) {
        return run(work);
    }

    final Instant now() {
        return run(tx -> tx.now());
    }

    final void write(Consumer<StoreTx> work) {
        store.inTransaction(tx -> {
            work.accept(tx);
            return Boolean.TRUE;
        });
    }

    final NamespaceRow inserted(int number) {
        NamespaceRow row = StoreRows.namespace(number);
        write(tx -> tx.insert(row));
        return row;
    }

    /** Tries until there is a result: for what the store's own clock decides. */
    static <T> T eventually(Supplier<Optional<T>> attempt) {
        long start = System.nanoTime();
        Optional<T> result = attempt.get();
        while (result.isEmpty()) {
            assertThat(System.nanoTime() - start).as("nanoseconds waited").isLessThan(PATIENCE_NANOS);
            Thread.onSpinWait();
            result = attempt.get();
        }
        return result.get();
    }

    /** Calls again after each conflict. */
    static void untilDone(Runnable call) {
        for (boolean done = false; !done; ) {
            try {
                call.run();
                done = true;
            } catch (ConflictException e) {
                assertThat(e.retryable()).isTrue();
            }
        }
    }

    /** What one of several writers does. */
    interface Writer {
        Integer run(int number) throws Exception;
    }

    /** Runs eight writers that start together and gives what each returned. */
    static List<Integer> race(Writer writer) throws Exception {
        return Race.run(IntStream.range(0, WRITERS)
                .<Callable<Integer>>mapToObj(number -> () -> writer.run(number))
                .toList());
    }
}
