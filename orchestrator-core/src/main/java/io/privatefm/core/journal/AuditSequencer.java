/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives audit entries their places in the log's tree, signs the tree's head and anchors it. One at a time does that, by lease; so
 * commits need not wait for each other at one row. Safe for use by several threads at once.
 */
public final class AuditSequencer {
    private static final Logger LOG = LoggerFactory.getLogger(AuditSequencer.class);
    private static final String LEASE = "audit-sequencer";
    private static final int BATCH = 1_000;

    private final OrchestratorStore store;
    private final AuditSigner signer;
    private final String holder;
    private final Duration leaseTime;
    private final InstantSource clock;
    private Tree tree = new Tree();

    /** The tree as far as it was read; thrown away when a transaction fails, since it may be ahead then. */
    private static final class Tree {
        private final MerkleTree leaves = new MerkleTree();
        private long size;

        void add(AuditRow row) {
            leaves.addLeafHash(row.leaf().bytes());
            size++;
        }
    }

    /**
     * A sequencer.
     *
     * @param holder how this process calls itself in leases
     * @param leaseTime how long another process waits after this one died
     */
    public AuditSequencer(
            OrchestratorStore store, AuditSigner signer, String holder, Duration leaseTime, InstantSource clock) {
        this.store = store;
        this.signer = signer;
        this.holder = holder;
        this.leaseTime = leaseTime;
        this.clock = clock;
    }

    /**
     * Places everything that waits, and anchors the head.
     *
     * @return how many entries were placed; 0 also if another process is at it
     * @throws PfmException if the store fails; what was placed before stays
     */
    public synchronized long run() {
        Optional<Lease> lease = store.inTransaction(tx -> tx.leases().acquire(LEASE, holder, leaseTime));
        if (lease.isEmpty()) {
            return 0;
        }
        long placed = 0;
        try {
            for (int batch = placeBatch(lease.get()); batch > 0; batch = placeBatch(lease.get())) {
                placed += batch;
            }
            store.inTransaction(tx -> tx.audit().newestHead()).ifPresent(this::anchor);
        } finally {
            release(lease.get());
        }
        return placed;
    }

    private int placeBatch(Lease lease) {
        try {
            return store.inTransaction(tx -> placeBatch(tx, lease));
        } catch (RuntimeException e) {
            tree = new Tree();
            throw e;
        }
    }

    private int placeBatch(StoreTx tx, Lease lease) {
        if (!tx.leases().renew(lease, leaseTime)) {
            throw new ConflictException("another process sequences the audit log now");
        }
        catchUp(tx);
        requireSignedSoFar(tx);
        List<AuditRow> rows = tx.audit().unsequenced(BATCH);
        if (rows.isEmpty()) {
            return 0;
        }
        tx.audit().sequence(tree.size, rows);
        rows.forEach(tree::add);
        TreeHead head = new TreeHead(signer.origin(), tree.size, tree.leaves.root());
        tx.audit().putHead(new TreeHeadRow(head.size(), head.root(), signer.sign(head), clock.instant()));
        return rows.size();
    }

    /** Reads what was placed by others, or before this process began. */
    private void catchUp(StoreTx tx) {
        for (List<SequencedAuditRow> page = tx.audit().sequenced(tree.size, BATCH);
                !page.isEmpty();
                page = tx.audit().sequenced(tree.size, BATCH)) {
            for (SequencedAuditRow row : page) {
                if (row.index() != tree.size) {
                    throw new CorruptDataException(
                            "the audit log lacks entry " + tree.size + "; no head is signed until that is looked into");
                }
                tree.add(row.row());
            }
        }
    }

    /** A head goes on top of nothing but what was signed before: else it would make an altered log look sound. */
    private void requireSignedSoFar(StoreTx tx) {
        Optional<TreeHeadRow> newest = tx.audit().newestHead();
        boolean same = newest.map(
                        head -> head.size() == tree.size && head.root().equals(tree.leaves.root()))
                .orElse(tree.size == 0);
        if (!same) {
            throw new CorruptDataException("the audit log's entries are not those of its newest signed head; no head is"
                    + " signed until that is looked into");
        }
    }

    private void anchor(TreeHeadRow head) {
        try {
            signer.anchors().anchor(head.size(), head.note());
        } catch (PfmException e) {
            LOG.error("the audit log's head of size {} could not be anchored; it is tried again", head.size(), e);
        }
    }

    private void release(Lease lease) {
        try {
            store.inTransaction(tx -> {
                tx.leases().release(lease);
                return true;
            });
        } catch (PfmException e) {
            LOG.warn("lease {} could not be released; it expires", LEASE, e);
        }
    }
}
