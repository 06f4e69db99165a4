/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.store.Capability;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import javax.sql.DataSource;

/** Where the databases differ; all other statements are in the SQL that both understand. */
interface Dialect {
    /** The dialects that there are. */
    List<Dialect> ALL = List.of(new PostgresDialect(), new H2Dialect());

    /** The dialect of a data source. */
    static Dialect of(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            for (Dialect dialect : ALL) {
                if (dialect.product().equalsIgnoreCase(product)) {
                    requireIsolation(connection);
                    dialect.prepare(connection);
                    return dialect;
                }
            }
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the store runs on PostgreSQL and H2, not on " + product);
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
    }

    private static void requireIsolation(Connection connection) throws SQLException {
        if (connection.getTransactionIsolation() < Connection.TRANSACTION_READ_COMMITTED) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the data source's isolation is weaker than READ COMMITTED");
        }
    }

    /** How the database calls itself. */
    String product();

    /** What the store can do on it. */
    Set<Capability> capabilities();

    /** Refuses settings by which a commit would not last, once for a data source. */
    void prepare(Connection connection) throws SQLException;

    /** Makes the last commit last, where the database leaves that open. */
    void afterCommit(Connection connection) throws SQLException;

    /** Keeps transactions of this process apart as far as the database needs it to survive a crash. */
    Lock newTransactionLock();

    /** SQL for the database's time. */
    String now();

    /** SQL for the database's time plus a parameter in microseconds. */
    String nowPlusMicros();

    /** What follows an insert that does nothing if its key is there. Empty where such an insert fails without harm. */
    String orIgnore();
}
