/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.LeaseTable;
import java.time.Duration;
import java.util.Optional;

/** Leases: one row for each name, kept for good so that fences go on rising. A released one has no holder. */
final class JdbcLeases implements LeaseTable {
    private final Statements statements;

    JdbcLeases(Statements statements) {
        this.statements = statements;
    }

    @Override
    public Optional<Lease> acquire(String name, String holder, Duration ttl) {
        boolean taken = statements.update(
                                "update pfm_lease set fence = fence + 1, holder = ?, expires_at = " + expiry()
                                        + " where name = ? and (holder is null or expires_at <= " + now() + ")",
                                holder,
                                Statements.micros(ttl),
                                name)
                        == 1
                || statements.insertIfAbsent(
                        "insert into pfm_lease (name, holder, fence, expires_at) values (?, ?, 1, " + expiry() + ")",
                        name,
                        holder,
                        Statements.micros(ttl));
        return taken
                ? statements
                        .query(
                                "select * from pfm_lease where name = ?",
                                row -> new Lease(
                                        row.getString("name"),
                                        row.getString("holder"),
                                        row.getLong("fence"),
                                        Statements.instant(row, "expires_at")),
                                name)
                        .stream()
                        .findFirst()
                : Optional.empty();
    }

    @Override
    public boolean renew(Lease lease, Duration ttl) {
        return statements.update(
                        "update pfm_lease set expires_at = " + expiry()
                                + " where name = ? and fence = ? and holder is not null",
                        Statements.micros(ttl),
                        lease.name(),
                        lease.fence())
                == 1;
    }

    @Override
    public void release(Lease lease) {
        statements.update(
                "update pfm_lease set holder = null, expires_at = " + now() + " where name = ? and fence = ?",
                lease.name(),
                lease.fence());
    }

    @Override
    public boolean lock(Lease lease) {
        return !statements
                .query(
                        "select fence from pfm_lease where name = ? and fence = ? and holder is not null for update",
                        row -> row.getLong("fence"),
                        lease.name(),
                        lease.fence())
                .isEmpty();
    }

    private String now() {
        return statements.dialect().now();
    }

    private String expiry() {
        return statements.dialect().nowPlusMicros();
    }
}
