/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.OrphanRow;
import io.privatefm.spi.store.OrphanTable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Orphans of one transaction. */
final class MemoryOrphans implements OrphanTable {
    private final Map<Key, OrphanRow> orphans;
    private final Function<NsUid, Set<Sha256>> referenced;
    private final UndoLog undo;
    private final Instant now;

    /** What an orphan is. */
    record Key(NsUid nsUid, Sha256 blob) {}

    MemoryOrphans(Map<Key, OrphanRow> orphans, Function<NsUid, Set<Sha256>> referenced, UndoLog undo, Instant now) {
        this.orphans = orphans;
        this.referenced = referenced;
        this.undo = undo;
        this.now = now;
    }

    @Override
    public Set<Sha256> referenced(NsUid namespace) {
        return referenced.apply(namespace);
    }

    @Override
    public List<OrphanRow> of(NsUid namespace) {
        return orphans.values().stream()
                .filter(row -> row.nsUid().equals(namespace))
                .toList();
    }

    @Override
    public void remember(NsUid namespace, Sha256 blob) {
        Key key = new Key(namespace, blob);
        if (!orphans.containsKey(key)) {
            undo.put(orphans, key, new OrphanRow(namespace, blob, now));
        }
    }

    @Override
    public void forget(NsUid namespace, Sha256 blob) {
        undo.remove(orphans, new Key(namespace, blob));
    }
}
