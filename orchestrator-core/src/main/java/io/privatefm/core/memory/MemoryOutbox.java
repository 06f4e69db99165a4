/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.OutboxTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Messages of one transaction. */
final class MemoryOutbox implements OutboxTable {
    private final Map<Key, Waiting> rows;
    private final UndoLog undo;
    private final Instant now;

    /** Where a row is, in the order in which a namespace's rows go. */
    record Key(NsUid nsUid, long seq) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing((Key key) -> key.nsUid().value()).thenComparingLong(Key::seq);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }

        static Key of(OutboxRow row) {
            return new Key(row.nsUid(), row.seq());
        }
    }

    /** A row, not to be claimed before a point in time. */
    record Waiting(OutboxRow row, Instant until) {}

    MemoryOutbox(Map<Key, Waiting> rows, UndoLog undo, Instant now) {
        this.rows = rows;
        this.undo = undo;
        this.now = now;
    }

    @Override
    public void enqueue(OutboxRow row) {
        if (rows.containsKey(Key.of(row))) {
            throw new ConflictException("message " + row.seq() + " of " + row.nsUid() + " is there already");
        }
        undo.put(rows, Key.of(row), new Waiting(row, Instant.MIN));
    }

    @Override
    public List<OutboxRow> claim(int max, Duration ttl) {
        List<OutboxRow> claimed = new ArrayList<>();
        Set<NsUid> seen = new HashSet<>();
        for (Waiting waiting : List.copyOf(rows.values())) {
            boolean oldest = seen.add(waiting.row().nsUid());
            if (oldest && !waiting.until().isAfter(now) && claimed.size() < max) {
                postpone(waiting.row(), ttl);
                claimed.add(waiting.row());
            }
        }
        return claimed;
    }

    @Override
    public void remove(OutboxRow row) {
        undo.remove(rows, Key.of(row));
    }

    @Override
    public void postpone(OutboxRow row, Duration delay) {
        if (rows.containsKey(Key.of(row))) {
            undo.put(rows, Key.of(row), new Waiting(row, now.plus(delay)));
        }
    }

    @Override
    public long depth() {
        return rows.size();
    }
}
