/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.journal.Transactions;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.lease.NamespaceLease;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.OrphanRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Collects blobs that nothing refers to: what a crash, a lost lease or a rejected adapter left behind. A blob goes only if it
 * is older than the grace period by the storage's clock, was seen as an orphan that long ago by the store's clock, and nothing
 * refers to it now, under the namespace's lease; it lies in the trash for another grace period first. Any error ends a sweep.
 */
public final class OrphanCollector {
    /** How long a blob is safe from collection, whatever refers to it. */
    public static final Duration GRACE = Duration.ofHours(24);

    private final OrchestratorStore store;
    private final BlobStore blobs;
    private final LeaseKeeper keeper;

    public OrphanCollector(OrchestratorStore store, BlobStore blobs, LeaseKeeper keeper) {
        this.store = store;
        this.blobs = blobs;
        this.keeper = keeper;
    }

    /**
     * Sweeps one namespace, unless it is being merged.
     *
     * @param grace at least {@link #GRACE} outside of tests
     * @return how many blobs were put into the trash
     */
    public int sweep(NsUid namespace, Duration grace) {
        Optional<Lease> lease = Transactions.run(store, tx -> NamespaceLease.acquire(tx, namespace, keeper));
        if (lease.isEmpty()) {
            return 0;
        }
        try (LeaseKeeper.Kept kept = keeper.keep(lease.get())) {
            return sweep(namespace, grace, kept);
        } finally {
            Transactions.idempotent(store, tx -> {
                tx.leases().release(lease.get());
                return true;
            });
        }
    }

    private int sweep(NsUid namespace, Duration grace, LeaseKeeper.Kept lease) {
        List<StoredBlob> listed = blobs.list(namespace);
        List<Sha256> condemned = Transactions.idempotent(store, tx -> {
            Instant limit = tx.now().minus(grace);
            Set<Sha256> referenced = tx.orphans().referenced(namespace);
            Map<Sha256, Instant> known = new HashMap<>();
            tx.orphans().of(namespace).forEach(row -> known.put(row.blob(), row.firstSeen()));
            Set<Sha256> gone = new HashSet<>(known.keySet());
            List<Sha256> old = new ArrayList<>();
            for (StoredBlob blob : listed) {
                gone.remove(blob.name());
                Instant firstSeen = known.get(blob.name());
                if (referenced.contains(blob.name())) {
                    tx.orphans().forget(namespace, blob.name());
                } else if (firstSeen == null) {
                    tx.orphans().remember(namespace, blob.name());
                } else if (firstSeen.isBefore(limit) && blob.storedAt().isBefore(limit)) {
                    old.add(blob.name());
                }
            }
            gone.forEach(blob -> tx.orphans().forget(namespace, blob));
            return old;
        });
        int discarded = 0;
        for (Sha256 blob : condemned) {
            if (!lease.lost() && isOrphan(namespace, blob, lease.lease()) && blobs.discard(namespace, blob)) {
                discarded += keepUnlessOrphan(namespace, blob, lease.lease()) ? 0 : 1;
            }
        }
        if (!lease.lost()) {
            blobs.purge(namespace, store.inTransaction(tx -> tx.now()).minus(grace));
        }
        return discarded;
    }

    /** Brings a blob back from the trash if anything refers to it by now, or if that cannot be told. */
    private boolean keepUnlessOrphan(NsUid namespace, Sha256 blob, Lease lease) {
        boolean orphan = false;
        try {
            orphan = isOrphan(namespace, blob, lease);
        } finally {
            if (!orphan) {
                blobs.restore(namespace, blob);
            }
        }
        return !orphan;
    }

    private boolean isOrphan(NsUid namespace, Sha256 blob, Lease lease) {
        return store.inTransaction(tx -> tx.leases().lock(lease)
                && !tx.orphans().referenced(namespace).contains(blob)
                && tx.orphans().of(namespace).stream().map(OrphanRow::blob).anyMatch(blob::equals));
    }
}
