/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.recovery.ScrubLevel;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.ScrubTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Results of scrubs. */
final class JdbcScrubs implements ScrubTable {
    private static final String NEVER_SCRUBBED =
            "select n.*, cast(null as timestamp(6) with time zone) as scrubbed from pfm_namespace n"
                    + " where n.state <> 'DELETED' and not exists (select 1 from pfm_scrub s where s.ns_uid = n.ns_uid)"
                    + " order by n.learner limit ?";
    private static final String LONGEST_AGO =
            "select n.*, s.at as scrubbed from pfm_scrub s join pfm_namespace n on n.ns_uid = s.ns_uid"
                    + " where n.state <> 'DELETED' and s.at < ? order by s.at, n.learner limit ?";
    private static final String DUE = "select * from ((" + NEVER_SCRUBBED + ") union all (" + LONGEST_AGO
            + ")) due order by scrubbed nulls first, learner limit ?";

    private final Statements statements;

    JdbcScrubs(Statements statements) {
        this.statements = statements;
    }

    /** The databases read the two halves along their indexes; one outer join they would read and sort as a whole. */
    @Override
    public List<NamespaceRow> due(Instant before, int limit) {
        return statements.query(DUE, JdbcTx::namespace, limit, before, limit, limit);
    }

    @Override
    public Optional<Instant> oldest() {
        return statements
                .query(
                        "select s.at from pfm_scrub s join pfm_namespace n on n.ns_uid = s.ns_uid"
                                + " where n.state <> 'DELETED' order by s.at limit 1",
                        row -> Statements.instant(row, "at"))
                .stream()
                .findFirst();
    }

    @Override
    public Optional<ScrubRow> find(NsUid namespace) {
        return statements
                .query("select * from pfm_scrub where ns_uid = ?", JdbcScrubs::scrub, namespace.value())
                .stream()
                .findFirst();
    }

    /** If another transaction adds the row meanwhile, the insert waits for it and does nothing, and its row is replaced. */
    @Override
    public void put(ScrubRow row) {
        if (!replace(row) && !add(row)) {
            replace(row);
        }
    }

    private boolean replace(ScrubRow row) {
        return statements.update(
                        "update pfm_scrub set level = ?, at = ?, verdict = ?, detail = ?, found_at = ? where ns_uid = ?",
                        row.level().name(),
                        row.at(),
                        row.verdict().map(Verdict::name).orElse(null),
                        row.detail(),
                        row.foundAt().orElse(null),
                        row.nsUid().value())
                == 1;
    }

    private boolean add(ScrubRow row) {
        return statements.insertIfAbsent(
                "insert into pfm_scrub (ns_uid, level, at, verdict, detail, found_at) values (?, ?, ?, ?, ?, ?)",
                row.nsUid().value(),
                row.level().name(),
                row.at(),
                row.verdict().map(Verdict::name).orElse(null),
                row.detail(),
                row.foundAt().orElse(null));
    }

    @Override
    public Tally tally(Instant since) {
        return statements
                .query(
                        "select count(*) as namespaces, count(case when s.found_at >= ? then 1 end) as found"
                                + " from pfm_namespace n left join pfm_scrub s on s.ns_uid = n.ns_uid"
                                + " where n.state <> 'DELETED'",
                        row -> new Tally(row.getLong("namespaces"), row.getLong("found")),
                        since)
                .get(0);
    }

    private static ScrubRow scrub(ResultSet row) throws SQLException {
        return new ScrubRow(
                new NsUid(row.getString("ns_uid")),
                ScrubLevel.valueOf(row.getString("level")),
                Statements.instant(row, "at"),
                Optional.ofNullable(row.getString("verdict")).map(Verdict::valueOf),
                row.getString("detail"),
                Statements.instantOrEmpty(row, "found_at"));
    }
}
