/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ConflictException;
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
        boolean taken = take(name, holder, ttl, " and (holder is null or expires_at <= " + now() + ")")
                || give(name, holder, ttl);
        return taken ? find(name) : Optional.empty();
    }

    /** Waits for a transaction that has the row locked. A row that is not there now may be a moment later, but never goes away. */
    @Override
    public Lease seize(String name, String holder, Duration ttl) {
        boolean taken = take(name, holder, ttl, "") || give(name, holder, ttl) || take(name, holder, ttl, "");
        if (!taken) {
            throw new ConflictException("lease " + name + " was given out meanwhile");
        }
        return find(name).orElseThrow();
    }

    private boolean take(String name, String holder, Duration ttl, String condition) {
        return statements.update(
                        "update pfm_lease set fence = fence + 1, holder = ?, expires_at = " + expiry()
                                + " where name = ?" + condition,
                        holder,
                        Statements.micros(ttl),
                        name)
                == 1;
    }

    private boolean give(String name, String holder, Duration ttl) {
        return statements.insertIfAbsent(
                "insert into pfm_lease (name, holder, fence, expires_at) values (?, ?, 1, " + expiry() + ")",
                name,
                holder,
                Statements.micros(ttl));
    }

    private Optional<Lease> find(String name) {
        return statements
                .query(
                        "select * from pfm_lease where name = ?",
                        row -> new Lease(
                                row.getString("name"),
                                row.getString("holder"),
                                row.getLong("fence"),
                                Statements.instant(row, "expires_at")),
                        name)
                .stream()
                .findFirst();
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
