/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * A complete store, in three files: a model to start a storage plug-in from, see {@code docs/writing-a-store.md}. It keeps everything in memory,
 * for this process only, so it declares no capability. One transaction runs at a time, on a copy of all rows. A real store lets
 * transactions run side by side, with conditional statements; and it may not answer, which it reports as one of three outcomes.
 */
public final class SnapshotStore implements OrchestratorStore {
    private Snapshot committed = Snapshot.empty();
    private Instant latest = Instant.EPOCH;

    @Override
    public String name() {
        return "snapshot";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    /** Runs the work once, never again. If it throws, its copy is dropped, and its exception goes out as it is. */
    @Override
    public <T> T inTransaction(TxWork<T> work) {
        if (Thread.holdsLock(this)) {
            throw new IllegalStateException("a transaction within a transaction");
        }
        synchronized (this) {
            Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
            latest = now.isAfter(latest) ? now : latest; // the store's clock does not go back
            Snapshot copy = committed.copy(latest);
            T result = work.run(new SnapshotTx(copy));
            committed = copy; // the commit
            return result;
        }
    }

    @Override
    public void close() {
        // nothing was opened
    }
}
