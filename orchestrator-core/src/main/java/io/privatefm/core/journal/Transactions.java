/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;

/** Runs transactions again when another writer was first. What was in doubt is run again only where that does no harm. */
public final class Transactions {
    private static final int MAX_ATTEMPTS = 10;

    private Transactions() {}

    /**
     * Runs {@code work}, which must read again whatever it depends on.
     *
     * @throws ConflictException if it met a conflict at every attempt
     */
    public static <T> T run(OrchestratorStore store, TxWork<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return store.inTransaction(work);
            } catch (ConflictException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Runs {@code work} also again when its commit may have happened: for work that finds out by itself, by a natural key or by
     * reading first, that it was done before.
     *
     * @throws OutcomeUnknownException if an attempt ended so, and no later one found out what came of it
     */
    public static <T> T idempotent(OrchestratorStore store, TxWork<T> work) {
        OutcomeUnknownException unknown = null;
        for (int attempt = 1; ; attempt++) {
            try {
                return run(store, work);
            } catch (OutcomeUnknownException e) {
                unknown = e;
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            } catch (UnavailableException | ConflictException e) {
                if (unknown == null) {
                    throw e;
                }
                unknown.addSuppressed(e); // that this one was not made says nothing of the one before
                throw unknown;
            }
        }
    }
}
