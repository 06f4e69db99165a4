/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.TreeHeadRow;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Recomputes the audit log from its entries: every leaf, every chain, the root at every signed head and at every anchor. Trusts
 * nothing that the database says about itself; the log's name and key, and the anchors, come from outside. Used once.
 */
public final class AuditVerifier {
    private static final int PAGE = 1_000;

    private final OrchestratorStore store;
    private final String origin;
    private final PublicKey key;
    private final List<String> anchors;
    private final MerkleTree tree = new MerkleTree();
    private final Map<String, AuditRow> newest = new HashMap<>();
    private final NavigableMap<Long, Sha256> promised = new TreeMap<>();
    private final NavigableMap<Long, String> broken = new TreeMap<>();
    private long size;
    private long lastGood;

    /**
     * A verifier.
     *
     * @param anchors notes that were kept outside the database
     */
    public AuditVerifier(OrchestratorStore store, String origin, PublicKey key, List<String> anchors) {
        this.store = store;
        this.origin = origin;
        this.key = key;
        this.anchors = List.copyOf(anchors);
    }

    /** Verifies everything. */
    public AuditVerdict verify() {
        Optional<AuditVerdict> bad = readPromises().or(this::recompute).or(this::missing);
        return bad.orElseGet(this::tail);
    }

    /** What heads and anchors say the root is, at which size; where they say nothing that holds, from there on. */
    private Optional<AuditVerdict> readPromises() {
        for (String note : anchors) {
            Optional<TreeHead> head = TreeHead.verify(note, origin, key);
            if (head.isEmpty()) {
                return tampered(0, "an anchor is not signed by this log's key");
            }
            promise(head.get(), "an anchor");
        }
        for (long after = -1; ; ) {
            long from = after;
            List<TreeHeadRow> page = store.inTransaction(tx -> tx.audit().heads(from, PAGE));
            if (page.isEmpty()) {
                return Optional.empty();
            }
            for (TreeHeadRow row : page) {
                Optional<TreeHead> head = TreeHead.verify(row.note(), origin, key)
                        .filter(signed ->
                                signed.size() == row.size() && signed.root().equals(row.root()));
                head.ifPresentOrElse(
                        signed -> promise(signed, "a signed head"),
                        () -> broken.put(
                                row.size(), "the tree head of size " + row.size() + " is not what was signed"));
                after = row.size();
            }
        }
    }

    private void promise(TreeHead head, String what) {
        Sha256 other = promised.putIfAbsent(head.size(), head.root());
        if (other != null && !other.equals(head.root())) {
            broken.put(head.size(), what + " contradicts another of size " + head.size() + ": the log was forked");
        }
    }

    /** How many entries there were, by the largest of all heads and anchors. */
    private long signed() {
        return Math.max(promised.isEmpty() ? 0 : promised.lastKey(), broken.isEmpty() ? 0 : broken.lastKey());
    }

    private Optional<AuditVerdict> recompute() {
        long signed = signed();
        Optional<AuditVerdict> bad = checkRoot();
        while (bad.isEmpty()) {
            long from = size;
            List<SequencedAuditRow> page = from == signed ? List.of() : page(from, (int) Math.min(PAGE, signed - from));
            if (page.isEmpty()) {
                return Optional.empty();
            }
            for (SequencedAuditRow row : page) {
                bad = bad.or(() -> check(row)).or(() -> add(row.row()));
            }
        }
        return bad;
    }

    private Optional<AuditVerdict> check(SequencedAuditRow row) {
        if (row.index() != size) {
            return tampered(size, "the entry is missing");
        }
        return checkEntry(row.row(), size);
    }

    private Optional<AuditVerdict> checkEntry(AuditRow row, long index) {
        if (!hasItsLeaf(row)) {
            return tampered(index, "the entry was changed: its fields do not hash to its leaf");
        }
        AuditRow before = newest.get(row.chain());
        long expected = before == null ? 1 : before.seq() + 1;
        Sha256 previous = before == null ? AuditLog.beforeFirst() : before.leaf();
        if (row.seq() != expected || !row.previous().equals(previous)) {
            return tampered(
                    index,
                    "the entry does not follow the one before it in its chain (number " + row.seq() + ", expected "
                            + expected + ")");
        }
        newest.put(row.chain(), row);
        return Optional.empty();
    }

    private static boolean hasItsLeaf(AuditRow row) {
        try {
            return row.leaf().equals(AuditLeaf.hash(row));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Optional<AuditVerdict> add(AuditRow row) {
        tree.addLeafHash(row.leaf().bytes());
        size++;
        return checkRoot();
    }

    private Optional<AuditVerdict> checkRoot() {
        String reason = broken.get(size);
        if (reason != null) {
            return tampered(lastGood, reason);
        }
        Sha256 expected = promised.get(size);
        if (expected == null) {
            return Optional.empty();
        }
        if (!expected.equals(tree.root())) {
            return tampered(lastGood, "an entry from here up to " + (size - 1) + " is not what was signed");
        }
        lastGood = size;
        return Optional.empty();
    }

    /** Heads or anchors of more entries than there are: the log was cut, or the whole database was set back. */
    private Optional<AuditVerdict> missing() {
        return signed() <= size
                ? Optional.empty()
                : tampered(size, "the log ends here, but " + signed() + " entries were signed: it was cut or set back");
    }

    /** What comes after the last head, as it is at one point in time. */
    private record Tail(boolean placed, long newestHead, List<AuditRow> waiting) {}

    /** Entries that have no place yet; their chains protect them. */
    private AuditVerdict tail() {
        Tail tail = store.inTransaction(tx -> new Tail(
                !tx.audit().sequenced(size, 1).isEmpty(),
                tx.audit().newestHead().map(TreeHeadRow::size).orElse(0L),
                tx.audit().unsequenced(Integer.MAX_VALUE)));
        if (tail.placed()) {
            return tail.newestHead() > size // the log has grown meanwhile
                    ? new AuditVerifier(store, origin, key, anchors).verify()
                    : new AuditVerdict.Tampered(size, "entries from here on have places that no head was signed for");
        }
        long index = size;
        for (AuditRow row : tail.waiting()) {
            Optional<AuditVerdict> bad = checkEntry(row, index++);
            if (bad.isPresent()) {
                return bad.get();
            }
        }
        return new AuditVerdict.Intact(size, tree.root(), tail.waiting().size(), anchors.size());
    }

    private List<SequencedAuditRow> page(long fromIndex, int limit) {
        return store.inTransaction(tx -> tx.audit().sequenced(fromIndex, limit));
    }

    private static Optional<AuditVerdict> tampered(long index, String reason) {
        return Optional.of(new AuditVerdict.Tampered(index, reason));
    }
}
