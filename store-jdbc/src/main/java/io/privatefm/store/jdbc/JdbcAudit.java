/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.AuditTable;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.TreeHeadRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The audit log: one table of entries, one of tree heads. */
final class JdbcAudit implements AuditTable {
    private final Statements statements;

    JdbcAudit(Statements statements) {
        this.statements = statements;
    }

    @Override
    public Optional<AuditRow> newest(String chain) {
        return statements
                .query("select * from pfm_audit where chain = ? order by seq desc limit 1", JdbcAudit::entry, chain)
                .stream()
                .findFirst();
    }

    @Override
    public void append(AuditRow row) {
        statements.insertOrConflict(
                "entry " + row.seq() + " of chain " + row.chain(),
                "insert into pfm_audit (chain, seq, previous, leaf, actor, action, outcome, operation_id, details, at)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row.chain(),
                row.seq(),
                row.previous().hex(),
                row.leaf().hex(),
                row.actor(),
                row.action(),
                row.outcome(),
                row.operationId(),
                row.details(),
                row.at());
    }

    @Override
    public List<AuditRow> unsequenced(int limit) {
        return statements.query(
                "select * from pfm_audit where tree_index is null order by id limit ?", JdbcAudit::entry, limit);
    }

    @Override
    public long waiting() {
        return statements
                .query(
                        "select count(*) as waiting from pfm_audit where tree_index is null",
                        row -> row.getLong("waiting"))
                .get(0);
    }

    @Override
    public void sequence(long firstIndex, List<AuditRow> rows) {
        List<List<Object>> values = new ArrayList<>();
        for (AuditRow row : rows) {
            values.add(List.of(firstIndex + values.size(), row.chain(), row.seq()));
        }
        long changed;
        try {
            changed = statements.updateAll(
                    "update pfm_audit set tree_index = ? where chain = ? and seq = ? and tree_index is null", values);
        } catch (io.privatefm.spi.AlreadyExistsException e) {
            throw new ConflictException("a place of the audit log is taken", e);
        }
        if (changed != rows.size()) {
            throw new ConflictException("an audit entry has its place already");
        }
    }

    @Override
    public List<SequencedAuditRow> sequenced(long fromIndex, int limit) {
        return statements.query(
                "select * from pfm_audit where tree_index >= ? order by tree_index limit ?",
                row -> new SequencedAuditRow(row.getLong("tree_index"), entry(row)),
                fromIndex,
                limit);
    }

    @Override
    public void putHead(TreeHeadRow head) {
        statements.insertOrConflict(
                "tree head " + head.size(),
                "insert into pfm_tree_head (size, root, note, at) values (?, ?, ?, ?)",
                head.size(),
                head.root().hex(),
                head.note(),
                head.at());
    }

    @Override
    public List<TreeHeadRow> heads(long afterSize, int limit) {
        return statements.query(
                "select * from pfm_tree_head where size > ? order by size limit ?", JdbcAudit::head, afterSize, limit);
    }

    @Override
    public Optional<TreeHeadRow> newestHead() {
        return statements.query("select * from pfm_tree_head order by size desc limit 1", JdbcAudit::head).stream()
                .findFirst();
    }

    private static AuditRow entry(ResultSet row) throws SQLException {
        return new AuditRow(
                row.getString("chain"),
                row.getLong("seq"),
                Sha256.parse(row.getString("previous")),
                Sha256.parse(row.getString("leaf")),
                row.getString("actor"),
                row.getString("action"),
                row.getString("outcome"),
                row.getString("operation_id"),
                row.getString("details"),
                Statements.instant(row, "at"));
    }

    private static TreeHeadRow head(ResultSet row) throws SQLException {
        return new TreeHeadRow(
                row.getLong("size"),
                Sha256.parse(row.getString("root")),
                row.getString("note"),
                Statements.instant(row, "at"));
    }
}
