/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.OrphanRow;
import io.privatefm.spi.store.OrphanTable;
import java.util.List;
import java.util.Set;

/** Blobs that no row referred to. */
final class JdbcOrphans implements OrphanTable {
    private final Statements statements;

    JdbcOrphans(Statements statements) {
        this.statements = statements;
    }

    @Override
    public Set<Sha256> referenced(NsUid namespace) {
        String uid = namespace.value();
        return Set.copyOf(statements.query(
                "select config_blob as blob from pfm_adapter where ns_uid = ?"
                        + " union select weights_blob from pfm_adapter where ns_uid = ?"
                        + " union select manifest_blob from pfm_checkpoint where ns_uid = ?"
                        + " union select blob from pfm_variant where ns_uid = ?",
                row -> Sha256.parse(row.getString("blob")),
                uid,
                uid,
                uid,
                uid));
    }

    @Override
    public List<OrphanRow> of(NsUid namespace) {
        return statements.query(
                "select * from pfm_orphan where ns_uid = ?",
                row -> new OrphanRow(
                        new NsUid(row.getString("ns_uid")),
                        Sha256.parse(row.getString("blob")),
                        Statements.instant(row, "first_seen")),
                namespace.value());
    }

    @Override
    public void remember(NsUid namespace, Sha256 blob) {
        statements.insertIfAbsent(
                "insert into pfm_orphan (ns_uid, blob, first_seen) values (?, ?, "
                        + statements.dialect().now() + ")",
                namespace.value(),
                blob.hex());
    }

    @Override
    public void forget(NsUid namespace, Sha256 blob) {
        statements.update("delete from pfm_orphan where ns_uid = ? and blob = ?", namespace.value(), blob.hex());
    }
}
