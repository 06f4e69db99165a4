/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.server.fault.Postgres;
import io.privatefm.server.schema.ServerSchema;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A real database with the service's tables, which does not answer while it is stopped, and counts how often it is asked. */
final class StoppableDatabase implements DataSource {
    /** The databases that a test runs on. */
    enum Kind {
        H2,
        POSTGRESQL
    }

    private final DataSource real;
    private final AtomicLong asked = new AtomicLong();
    private volatile boolean stopped;

    private StoppableDatabase(DataSource real) {
        this.real = real;
    }

    static StoppableDatabase empty(Kind kind) throws SQLException {
        DataSource real = schema(kind);
        ServerSchema.migrate(real);
        return new StoppableDatabase(real);
    }

    /** One with the store's tables too. */
    static StoppableDatabase withStore(Kind kind) throws SQLException {
        DataSource real = schema(kind);
        JdbcStore.open(real, SchemaMode.MIGRATE);
        ServerSchema.migrate(real);
        return new StoppableDatabase(real);
    }

    private static DataSource schema(Kind kind) throws SQLException {
        if (kind == Kind.H2) {
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            return h2;
        }
        PGSimpleDataSource postgres = new PGSimpleDataSource();
        postgres.setUrl(Postgres.emptySchema());
        return postgres;
    }

    void stop() {
        stopped = true;
    }

    void start() {
        stopped = false;
    }

    /** How often somebody wanted a connection. */
    long asked() {
        return asked.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        asked.incrementAndGet();
        if (stopped) {
            throw new SQLException("connection refused", "08001");
        }
        return real.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return real.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        real.setLogWriter(out);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return real.getLoginTimeout();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        real.setLoginTimeout(seconds);
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return real.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return real.isWrapperFor(type);
    }
}
