/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.KeyTable;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Function;

/** Data keys of one transaction. */
final class MemoryKeys implements KeyTable {
    private final Function<NsUid, NavigableMap<Long, DataKeyRow>> keys;
    private final Map<String, DataKeyRow> ids;
    private final UndoLog undo;

    MemoryKeys(Function<NsUid, NavigableMap<Long, DataKeyRow>> keys, Map<String, DataKeyRow> ids, UndoLog undo) {
        this.keys = keys;
        this.ids = ids;
        this.undo = undo;
    }

    @Override
    public void put(DataKeyRow row) {
        NavigableMap<Long, DataKeyRow> generations = keys.apply(row.nsUid());
        if (generations.containsKey(row.generation()) || ids.containsKey(row.keyId())) {
            throw new ConflictException(
                    "data key " + row.generation() + " of " + row.nsUid() + ", or its id, is there already");
        }
        undo.put(generations, row.generation(), row);
        undo.put(ids, row.keyId(), row);
    }

    @Override
    public List<DataKeyRow> of(NsUid namespace) {
        return List.copyOf(keys.apply(namespace).values());
    }
}
