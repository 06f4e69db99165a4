/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import javax.sql.DataSource;

/**
 * The transactional store on PostgreSQL (14 and later) or H2. The host passes a {@link DataSource}, pooled or not, and keeps
 * it. Transactions run at the data source's isolation, READ COMMITTED or stronger: every write that depends on a read is conditional
 * on a revision or a key. Nothing is
 * ever retried here, and a pool or proxy below must not do it either: a commit whose acknowledgement was lost may have
 * happened. On H2 transactions run one at a time, the database is this store's alone, and its URL ends with
 * {@code ;WRITE_DELAY=0;REUSE_SPACE=FALSE}. Safe for use by several threads at once.
 */
public final class JdbcStore implements OrchestratorStore {
    private final DataSource dataSource;
    private final Dialect dialect;
    private final Lock transactions;

    private JdbcStore(DataSource dataSource, Dialect dialect) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.transactions = dialect.newTransactionLock();
    }

    /**
     * A store over a database.
     *
     * @throws io.privatefm.spi.InvalidInputException if it is another database than PostgreSQL and H2, if its settings
     *     could lose commits, or if {@code mode} is {@link SchemaMode#VALIDATE} and its tables are not of this version
     * @throws io.privatefm.spi.UnavailableException if it does not answer
     */
    public static JdbcStore open(DataSource dataSource, SchemaMode mode) {
        Dialect dialect = Dialect.of(dataSource);
        Schema.prepare(dataSource, dialect, mode);
        return new JdbcStore(dataSource, dialect);
    }

    @Override
    public String name() {
        return dialect.product().toLowerCase(Locale.ROOT);
    }

    @Override
    public Set<Capability> capabilities() {
        return dialect.capabilities();
    }

    @Override
    public <T> T inTransaction(TxWork<T> work) {
        transactions.lock();
        try {
            return onConnection(work);
        } finally {
            transactions.unlock();
        }
    }

    /**
     * The data source's connections, for tables that a host keeps beside the store's: kept apart from the store's transactions as these are
     * from each other, and with commits that last as theirs do, except those that a statement makes by itself. One is to be closed by the
     * thread that took it, and soon: on H2 nobody else gets on until then.
     */
    public DataSource connections() {
        return new LockedConnections(dataSource, transactions, dialect);
    }

    Dialect dialect() {
        return dialect;
    }

    private <T> T onConnection(TxWork<T> work) {
        Connection connection;
        try {
            connection = dataSource.getConnection();
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
        try {
            boolean autoCommit = begin(connection);
            try {
                return run(work, connection);
            } finally {
                quietly(() -> connection.setAutoCommit(autoCommit));
            }
        } finally {
            quietly(connection::close);
        }
    }

    private static boolean begin(Connection connection) {
        try {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            return autoCommit;
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
    }

    /** What happens to the connection after the commit does not change the commit's outcome. */
    private static void quietly(Closing closing) {
        try {
            closing.run();
        } catch (SQLException e) {
            // the pool, or the database, sees to the connection
        }
    }

    /** Gives a connection back. */
    private interface Closing {
        void run() throws SQLException;
    }

    /** Nothing is held: the data source is the host's. */
    @Override
    public void close() {
        // see above
    }

    private <T> T run(TxWork<T> work, Connection connection) {
        Statements statements = new Statements(connection, dialect);
        T result;
        try {
            result = work.run(new JdbcTx(statements));
        } catch (RuntimeException | Error e) {
            rollback(connection, e);
            throw e;
        }
        try {
            connection.commit();
            if (statements.wrote()) {
                dialect.afterCommit(connection);
            }
        } catch (SQLException e) {
            rollback(connection, e);
            if (SqlFailure.isRefusedCommit(e) || !statements.wrote()) {
                throw SqlFailure.translate(e);
            }
            throw new OutcomeUnknownException(
                    "the commit may or may not have happened (SQLSTATE " + e.getSQLState() + "): " + e.getMessage(), e);
        }
        return result;
    }

    private static void rollback(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
