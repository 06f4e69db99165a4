/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.KeyTable;
import java.util.List;

/** Wrapped data keys. */
final class JdbcKeys implements KeyTable {
    private final Statements statements;

    JdbcKeys(Statements statements) {
        this.statements = statements;
    }

    @Override
    public void put(DataKeyRow row) {
        statements.insertOrConflict(
                "data key " + row.generation() + " of " + row.nsUid() + ", or its id,",
                "insert into pfm_data_key (ns_uid, generation, key_id, wrapped, created_at) values (?, ?, ?, ?, ?)",
                row.nsUid().value(),
                row.generation(),
                row.keyId(),
                row.wrapped(),
                row.createdAt());
    }

    @Override
    public List<DataKeyRow> of(NsUid namespace) {
        return statements.query(
                "select * from pfm_data_key where ns_uid = ? order by generation",
                row -> new DataKeyRow(
                        new NsUid(row.getString("ns_uid")),
                        row.getLong("generation"),
                        row.getString("key_id"),
                        row.getString("wrapped"),
                        Statements.instant(row, "created_at")),
                namespace.value());
    }
}
