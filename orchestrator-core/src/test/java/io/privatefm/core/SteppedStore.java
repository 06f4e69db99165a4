/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** Fixture: a store whose transactions are counted, and end as a test says. */
public final class SteppedStore implements OrchestratorStore {
    /** How a transaction ends. */
    public enum Fate {
        /** As the store has it. */
        USUAL,
        /** Its commit gives no answer, and has happened. */
        LOST_BUT_DONE,
        /** Its commit gives no answer, and has not happened. */
        LOST_AND_UNDONE,
        /** The store does not answer; nothing happens. */
        DOWN
    }

    private final OrchestratorStore store;
    private final AtomicInteger count = new AtomicInteger();
    private volatile IntConsumer before = number -> {};
    private volatile IntFunction<Fate> fates = number -> Fate.USUAL;

    /** A store that does as this one does, until it is told otherwise. */
    public SteppedStore(OrchestratorStore store) {
        this.store = store;
    }

    /** Counts from 1 again. */
    public void restart() {
        count.set(0);
    }

    /** Number of transactions since the last restart. */
    public int count() {
        return count.get();
    }

    /** What happens before each transaction begins; it is told its number. */
    public void before(IntConsumer action) {
        before = action;
    }

    /** How each transaction ends, by its number. */
    public void fates(IntFunction<Fate> decision) {
        fates = decision;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return store.capabilities();
    }

    @Override
    public <T> T inTransaction(TxWork<T> work) {
        int number = count.incrementAndGet();
        before.accept(number);
        return switch (fates.apply(number)) {
            case USUAL -> store.inTransaction(work);
            case DOWN -> throw new UnavailableException("transaction " + number + " was not begun");
            case LOST_AND_UNDONE ->
                store.inTransaction(tx -> {
                    work.run(tx);
                    throw new OutcomeUnknownException("the answer to transaction " + number + " was lost");
                });
            case LOST_BUT_DONE -> {
                store.inTransaction(work);
                throw new OutcomeUnknownException("the answer to transaction " + number + " was lost");
            }
        };
    }

    @Override
    public void close() {
        store.close();
    }
}
