/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

/** What happens inside one transaction. */
@FunctionalInterface
public interface TxWork<T> {
    /**
     * Runs on the calling thread; must not keep {@code tx} beyond the call. Lets out what {@code tx} throws: after a refused write
     * the transaction is of no further use.
     */
    T run(StoreTx tx);
}
