/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.store.Capability;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** PostgreSQL, 14 and later. */
final class PostgresDialect implements Dialect {
    @Override
    public String product() {
        return "PostgreSQL";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE, Capability.MULTI_PROCESS);
    }

    @Override
    public void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("show synchronous_commit")) {
            result.next();
            if (result.getString(1).equals("off")) {
                throw new InvalidInputException(
                        ErrorCode.CONFIGURATION,
                        "synchronous_commit is off: commits that were acknowledged could be lost; set it to on");
            }
        }
    }

    @Override
    public void afterCommit(Connection connection) {
        // a commit is on the disk when it returns
    }

    /** Any number at once: a lock that all share. */
    @Override
    public Lock newTransactionLock() {
        return new ReentrantReadWriteLock().readLock();
    }

    /** Of the statement; {@code now()} would be of the transaction's start. */
    @Override
    public String now() {
        return "clock_timestamp()";
    }

    @Override
    public String nowPlusMicros() {
        return "clock_timestamp() + ? * interval '1 microsecond'";
    }

    @Override
    public String orIgnore() {
        return " on conflict do nothing";
    }
}
