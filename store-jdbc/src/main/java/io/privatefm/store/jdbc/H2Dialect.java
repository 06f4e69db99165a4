/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.store.Capability;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * H2, embedded in this process. Left to itself it writes commits half a second later and never forces them to the disk; here a
 * commit is written and forced before it counts. Nobody else may write to the database: not the host, and no other {@link
 * JdbcStore}.
 */
final class H2Dialect implements Dialect {
    @Override
    public String product() {
        return "H2";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    @Override
    public void prepare(Connection connection) throws SQLException {
        execute(connection, "set write_delay 0");
    }

    @Override
    public void afterCommit(Connection connection) throws SQLException {
        execute(connection, "checkpoint sync");
    }

    /**
     * One at a time. H2 writes its maps to the file one after the other, without holding up other transactions; if the process dies
     * before it writes again, what was committed meanwhile may be there in part (issue 2080 of H2).
     */
    @Override
    public Lock newTransactionLock() {
        return new ReentrantLock(true);
    }

    /** Stands still inside a transaction, which makes leases shorter, never longer. */
    @Override
    public String now() {
        return "current_timestamp(6)";
    }

    @Override
    public String nowPlusMicros() {
        return "dateadd(microsecond, ?, current_timestamp(6))";
    }

    @Override
    public String orIgnore() {
        return "";
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
