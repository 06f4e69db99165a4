/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.lease;

import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.Settled;
import io.privatefm.spi.store.StoreTx;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The right to merge one namespace, to bring it back, or to tidy up its blobs: who has it is alone with them. */
public final class NamespaceLease {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceLease.class);

    private NamespaceLease() {}

    /** Takes the lease of a namespace. */
    public static Optional<Lease> acquire(StoreTx tx, NsUid namespace, LeaseKeeper keeper) {
        return tx.leases().acquire("ns:" + namespace, keeper.holder(), keeper.ttl());
    }

    /** Takes the lease of a namespace away from whoever has it. */
    public static Lease seize(StoreTx tx, NsUid namespace, LeaseKeeper keeper) {
        return tx.leases().seize("ns:" + namespace, keeper.holder(), keeper.ttl());
    }

    /**
     * Ends a lease after which nothing was published: the namespace waits again, with what it had.
     *
     * @param settled up to where there turned out to be nothing to merge
     */
    public static void end(OrchestratorStore store, Lease lease, NamespaceRow namespace, Optional<Settled> settled) {
        try {
            Transactions.idempotent(store, tx -> {
                if (tx.leases().lock(lease)) {
                    NamespaceRows.find(tx, namespace).ifPresent(now -> rest(tx, now, settled));
                    tx.leases().release(lease);
                }
                return true;
            });
        } catch (PfmException e) {
            LOG.warn("lease {} could not be given back; it expires", lease.name(), e);
        }
    }

    private static void rest(StoreTx tx, NamespaceRow now, Optional<Settled> settled) {
        NamespaceRow next = now.state() == NamespaceState.MERGING ? now.withState(NamespaceState.ACTIVE) : now;
        if (settled.isPresent() && settled.get().eventHead() == now.eventHead()) {
            next = next.withSettled(settled.get());
        }
        if (!next.equals(now)) {
            NamespaceRows.replace(tx, now, next);
        }
    }
}
