/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.SwitchTable;
import java.util.Map;
import java.util.Optional;

/** What is stopped, in one transaction. */
final class MemorySwitches implements SwitchTable {
    private final Map<String, SwitchRow> rows;
    private final UndoLog undo;

    MemorySwitches(Map<String, SwitchRow> rows, UndoLog undo) {
        this.rows = rows;
        this.undo = undo;
    }

    @Override
    public Optional<SwitchRow> find(String name) {
        return Optional.ofNullable(rows.get(name));
    }

    @Override
    public void put(SwitchRow row) {
        if (!rows.containsKey(row.name())) {
            undo.put(rows, row.name(), row);
        }
    }

    @Override
    public void remove(String name) {
        undo.remove(rows, name);
    }
}
