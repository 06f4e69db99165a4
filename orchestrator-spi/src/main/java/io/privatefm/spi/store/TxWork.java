/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

/** What happens inside one transaction. */
@FunctionalInterface
public interface TxWork<T> {
    /** Runs on the calling thread; must not keep {@code tx} beyond the call. */
    T run(StoreTx tx);
}
