/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.OutboxTable;
import java.time.Duration;
import java.util.List;

/** Messages to be published: what was published is deleted. */
final class JdbcOutbox implements OutboxTable {
    private final Statements statements;

    JdbcOutbox(Statements statements) {
        this.statements = statements;
    }

    @Override
    public void enqueue(OutboxRow row) {
        statements.insertOrConflict(
                "message " + row.seq() + " of " + row.nsUid(),
                "insert into pfm_outbox (ns_uid, seq, event_id, topic, payload, at) values (?, ?, ?, ?, ?, ?)",
                row.nsUid().value(),
                row.seq(),
                row.eventId(),
                row.topic(),
                row.payload(),
                row.at());
    }

    /** On H2, which limits before it skips, a call may give out less than there is; the next one goes on. */
    @Override
    public List<OutboxRow> claim(int max, Duration ttl) {
        List<OutboxRow> rows = statements.query(
                "select * from pfm_outbox o where (claimed_until is null or claimed_until <= "
                        + statements.dialect().now()
                        + ") and not exists (select 1 from pfm_outbox p where p.ns_uid = o.ns_uid and p.seq < o.seq)"
                        + " order by id limit ? for update skip locked",
                row -> new OutboxRow(
                        new NsUid(row.getString("ns_uid")),
                        row.getLong("seq"),
                        row.getString("event_id"),
                        row.getString("topic"),
                        row.getString("payload"),
                        Statements.instant(row, "at")),
                max);
        rows.forEach(row -> postpone(row, ttl));
        return rows;
    }

    @Override
    public void remove(OutboxRow row) {
        statements.update(
                "delete from pfm_outbox where ns_uid = ? and seq = ?",
                row.nsUid().value(),
                row.seq());
    }

    @Override
    public void postpone(OutboxRow row, Duration delay) {
        statements.update(
                "update pfm_outbox set claimed_until = " + statements.dialect().nowPlusMicros()
                        + " where ns_uid = ? and seq = ?",
                Statements.micros(delay),
                row.nsUid().value(),
                row.seq());
    }

    @Override
    public long depth() {
        return statements
                .query("select count(*) as depth from pfm_outbox", row -> row.getLong("depth"))
                .get(0);
    }
}
