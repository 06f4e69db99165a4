/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.AuditTable;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.TreeHeadRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The audit log as one transaction sees it. */
final class MemoryAudit implements AuditTable {
    private final Tables tables;
    private final UndoLog undo;

    /** What is kept. */
    static final class Tables {
        private final Map<String, AuditRow> newest = new LinkedHashMap<>();
        private final NavigableMap<Long, AuditRow> unsequenced = new TreeMap<>();
        private final NavigableMap<Long, AuditRow> sequenced = new TreeMap<>();
        private final NavigableMap<Long, TreeHeadRow> heads = new TreeMap<>();
        private long arrivals;
    }

    MemoryAudit(Tables tables, UndoLog undo) {
        this.tables = tables;
        this.undo = undo;
    }

    @Override
    public Optional<AuditRow> newest(String chain) {
        return Optional.ofNullable(tables.newest.get(chain));
    }

    @Override
    public void append(AuditRow row) {
        long head = newest(row.chain()).map(AuditRow::seq).orElse(0L);
        if (row.seq() <= head) {
            throw new ConflictException("entry " + row.seq() + " of chain " + row.chain() + " is there already");
        }
        undo.put(tables.newest, row.chain(), row);
        undo.put(tables.unsequenced, ++tables.arrivals, row);
    }

    @Override
    public List<AuditRow> unsequenced(int limit) {
        return tables.unsequenced.values().stream().limit(limit).toList();
    }

    @Override
    public long waiting() {
        return tables.unsequenced.size();
    }

    @Override
    public void sequence(long firstIndex, List<AuditRow> rows) {
        long index = firstIndex;
        for (AuditRow row : rows) {
            Long arrival = tables.unsequenced.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(row))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(null);
            if (arrival == null || tables.sequenced.containsKey(index)) {
                throw new ConflictException("place " + index + " or its entry is taken");
            }
            undo.remove(tables.unsequenced, arrival);
            undo.put(tables.sequenced, index++, row);
        }
    }

    @Override
    public List<SequencedAuditRow> sequenced(long fromIndex, int limit) {
        return tables.sequenced.tailMap(fromIndex).entrySet().stream()
                .limit(limit)
                .map(entry -> new SequencedAuditRow(entry.getKey(), entry.getValue()))
                .toList();
    }

    @Override
    public void putHead(TreeHeadRow head) {
        if (tables.heads.containsKey(head.size())) {
            throw new ConflictException("there is a tree head of size " + head.size());
        }
        undo.put(tables.heads, head.size(), head);
    }

    @Override
    public List<TreeHeadRow> heads(long afterSize, int limit) {
        return tables.heads.tailMap(afterSize, false).values().stream()
                .limit(limit)
                .toList();
    }

    @Override
    public Optional<TreeHeadRow> newestHead() {
        return Optional.ofNullable(tables.heads.lastEntry()).map(Map.Entry::getValue);
    }
}
