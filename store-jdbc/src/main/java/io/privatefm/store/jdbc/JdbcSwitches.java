/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.SwitchTable;
import java.util.Optional;

/** What is stopped. */
final class JdbcSwitches implements SwitchTable {
    private final Statements statements;

    JdbcSwitches(Statements statements) {
        this.statements = statements;
    }

    @Override
    public Optional<SwitchRow> find(String name) {
        return statements
                .query(
                        "select * from pfm_switch where name = ?",
                        row -> new SwitchRow(
                                row.getString("name"), row.getString("reason"), Statements.instant(row, "at")),
                        name)
                .stream()
                .findFirst();
    }

    @Override
    public void put(SwitchRow row) {
        statements.insertIfAbsent(
                "insert into pfm_switch (name, reason, at) values (?, ?, ?)", row.name(), row.reason(), row.at());
    }

    @Override
    public void remove(String name) {
        statements.update("delete from pfm_switch where name = ?", name);
    }
}
