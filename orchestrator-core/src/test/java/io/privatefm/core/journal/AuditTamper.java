/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.AuditTable;
import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.TreeHeadRow;
import io.privatefm.spi.store.TxWork;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Fixture: a copy of an audit log that a forger with all rights in the database can change, read in place of the real one. */
final class AuditTamper implements OrchestratorStore {
    private final OrchestratorStore store;

    /** Entries with a place; the place of each is its own. */
    final List<SequencedAuditRow> entries;

    final List<TreeHeadRow> heads;
    final List<AuditRow> waiting;

    AuditTamper(OrchestratorStore store) {
        this.store = store;
        entries = new ArrayList<>(store.inTransaction(tx -> tx.audit().sequenced(0, Integer.MAX_VALUE)));
        heads = new ArrayList<>(store.inTransaction(tx -> tx.audit().heads(-1, Integer.MAX_VALUE)));
        waiting = new ArrayList<>(store.inTransaction(tx -> tx.audit().unsequenced(Integer.MAX_VALUE)));
    }

    /** Replaces the entry at a place. */
    void set(int index, AuditRow row) {
        entries.set(index, new SequencedAuditRow(index, row));
    }

    AuditRow row(int index) {
        return entries.get(index).row();
    }

    /** Gives all entries the places at which they stand now. */
    void renumber() {
        for (int index = 0; index < entries.size(); index++) {
            set(index, row(index));
        }
    }

    /** Makes every chain whole again: numbers, previous leaves, leaves. Heads stay as they were. */
    void rechain() {
        Map<String, AuditRow> newest = new HashMap<>();
        for (int index = 0; index < entries.size(); index++) {
            set(index, rechained(row(index), newest));
        }
        waiting.replaceAll(row -> rechained(row, newest));
    }

    /** Root over the first entries, as they are now. */
    Sha256 root(long size) {
        MerkleTree tree = new MerkleTree();
        entries.subList(0, (int) size)
                .forEach(entry -> tree.addLeafHash(entry.row().leaf().bytes()));
        return tree.root();
    }

    private static AuditRow rechained(AuditRow row, Map<String, AuditRow> newest) {
        AuditRow before = newest.get(row.chain());
        AuditRow next = AuditLeaf.seal(
                row.chain(),
                before == null ? 1 : before.seq() + 1,
                before == null ? AuditLog.beforeFirst() : before.leaf(),
                row.actor(),
                row.action(),
                row.outcome(),
                row.operationId(),
                row.details(),
                row.at());
        newest.put(row.chain(), next);
        return next;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return store.capabilities();
    }

    @Override
    public <T> T inTransaction(TxWork<T> work) {
        return store.inTransaction(tx -> {
            InvocationHandler handler = (proxy, method, arguments) ->
                    method.getName().equals("audit") ? new Table() : invoke(method, tx, arguments);
            return work.run((StoreTx)
                    Proxy.newProxyInstance(StoreTx.class.getClassLoader(), new Class<?>[] {StoreTx.class}, handler));
        });
    }

    private static Object invoke(Method method, StoreTx tx, Object[] arguments) throws Throwable {
        try {
            return method.invoke(tx, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() {
        store.close();
    }

    private final class Table implements AuditTable {
        @Override
        public Optional<AuditRow> newest(String chain) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void append(AuditRow row) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<AuditRow> unsequenced(int limit) {
            return waiting.stream().limit(limit).toList();
        }

        @Override
        public void sequence(long firstIndex, List<AuditRow> rows) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<SequencedAuditRow> sequenced(long fromIndex, int limit) {
            return entries.stream()
                    .filter(entry -> entry.index() >= fromIndex)
                    .sorted(Comparator.comparing(SequencedAuditRow::index))
                    .limit(limit)
                    .toList();
        }

        @Override
        public void putHead(TreeHeadRow head) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<TreeHeadRow> heads(long afterSize, int limit) {
            return heads.stream()
                    .filter(head -> head.size() > afterSize)
                    .sorted(Comparator.comparing(TreeHeadRow::size))
                    .limit(limit)
                    .toList();
        }

        @Override
        public Optional<TreeHeadRow> newestHead() {
            return heads.stream().max(Comparator.comparing(TreeHeadRow::size));
        }
    }
}
