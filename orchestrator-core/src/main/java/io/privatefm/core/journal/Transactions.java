/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;

/** Runs transactions again when another writer was first. A lost acknowledgement is never retried. */
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
}
