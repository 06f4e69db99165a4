/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store whose n-th transaction fails, for tests that go through every n, or any that a simulation decides on. Wraps another store, which stays sound. Safe for use by
 * several threads at once.
 */
public final class FaultyStore implements OrchestratorStore {
    private final OrchestratorStore store;
    private Supplier<Optional<Fault>> decision = Optional::empty;
    private @Nullable Fault fault;
    private long fails;
    private long transactions;

    /** How a transaction fails. */
    public enum Fault {
        /** The store does not answer; the work did not run. */
        BEFORE,
        /** The work ran, and the commit was refused; nothing was written. */
        AFTER,
        /** The commit gave no answer, and did not happen. */
        UNKNOWN_LOST,
        /** The commit gave no answer, and did happen. */
        UNKNOWN_COMMITTED
    }

    /** Ends a transaction whose work has run. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Wraps a store; no fault is set. */
    public FaultyStore(OrchestratorStore store) {
        this.store = store;
    }

    /**
     * Lets one transaction fail.
     *
     * @param count which one from now on, 1 for the next
     */
    public synchronized void failAt(long count, Fault how) {
        fault = how;
        fails = transactions + count;
    }

    /** Lets transactions fail as is decided for each; empty for one that does not. */
    public synchronized FaultyStore failAs(Supplier<Optional<Fault>> each) {
        decision = each;
        return this;
    }

    /** How many transactions were begun. */
    public synchronized long transactions() {
        return transactions;
    }

    /** Whether the fault that was set has not happened yet. */
    public synchronized boolean isArmed() {
        return fault != null;
    }

    @Override
    public String name() {
        return "faulty " + store.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return store.capabilities();
    }

    @Override
    public <T> T inTransaction(TxWork<T> work) {
        Fault now = next();
        if (now == null) {
            return store.inTransaction(work);
        }
        switch (now) {
            case BEFORE -> throw new UnavailableException("on purpose, before the work");
            case AFTER -> {
                runInVain(work);
                throw new UnavailableException("on purpose, after the work");
            }
            case UNKNOWN_LOST -> {
                runInVain(work);
                throw new OutcomeUnknownException("on purpose, and it did not happen");
            }
            case UNKNOWN_COMMITTED -> {
                store.inTransaction(work);
                throw new OutcomeUnknownException("on purpose, and it did happen");
            }
        }
        throw new AssertionError(now);
    }

    @Override
    public void close() {
        store.close();
    }

    private synchronized @Nullable Fault next() {
        transactions++;
        if (fault == null || transactions != fails) {
            return decision.get().orElse(null);
        }
        Fault now = fault;
        fault = null;
        return now;
    }

    private <T> void runInVain(TxWork<T> work) {
        try {
            store.inTransaction(tx -> {
                work.run(tx);
                throw new Refused();
            });
        } catch (Refused e) {
            // rolled back
        }
    }
}
