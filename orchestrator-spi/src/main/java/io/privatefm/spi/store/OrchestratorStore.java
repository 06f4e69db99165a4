/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.util.Set;

/**
 * Where namespaces, adapters, checkpoints and event logs are kept, in one transactional store, because they must change
 * together. Stores are dumb: reads and conditional writes; every rule lives in core. Safe for use by several threads at
 * once. Transactions see what others have committed and nothing else (READ COMMITTED, or stronger): every write that depends on
 * a read is conditional, on a revision, a head or a key. Any transaction may end in a {@link io.privatefm.spi.ConflictException}.
 */
public interface OrchestratorStore extends AutoCloseable {
    /** Name for logs, such as {@code memory}. */
    String name();

    /** What it can do beyond what every store must. */
    Set<Capability> capabilities();

    /**
     * Runs {@code work} in one transaction and commits it. If {@code work} throws, nothing is written and the same
     * exception comes out; a transaction inside another is never asked for. Never retries by itself: a commit whose outcome is lost must not run twice.
     *
     * @throws io.privatefm.spi.ConflictException if another transaction was first; retry the whole work
     * @throws io.privatefm.spi.UnavailableException if the store does not answer; nothing was written
     * @throws io.privatefm.spi.OutcomeUnknownException if the commit may or may not have happened
     */
    <T> T inTransaction(TxWork<T> work);

    /** Releases what the store opened itself. Idempotent. */
    @Override
    void close();
}
