/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A store's connections for others than the store: each is under the store's lock until the thread that took it closes it, and what it
 * commits lasts.
 */
final class LockedConnections implements DataSource {
    private final DataSource connections;
    private final Lock lock;
    private final Dialect dialect;

    LockedConnections(DataSource connections, Lock lock, Dialect dialect) {
        this.connections = connections;
        this.lock = lock;
        this.dialect = dialect;
    }

    @Override
    public Connection getConnection() throws SQLException {
        lock.lock();
        try {
            return locked(connections.getConnection());
        } catch (SQLException | RuntimeException | Error e) {
            lock.unlock();
            throw e;
        }
    }

    private Connection locked(Connection connection) {
        AtomicBoolean open = new AtomicBoolean(true);
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    try {
                        Object result = method.invoke(connection, args);
                        if (method.getName().equals("commit")) {
                            dialect.afterCommit(connection);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (method.getName().equals("close") && open.getAndSet(false)) {
                            lock.unlock();
                        }
                    }
                });
    }

    @Override
    public Connection getConnection(String user, String password) {
        throw new UnsupportedOperationException("the data source's own user");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return connections.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        connections.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        connections.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return connections.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("not a wrapper for " + type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
