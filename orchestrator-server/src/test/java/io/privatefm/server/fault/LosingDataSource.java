/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Breaks a connection at a COMMIT: before the server heard of it, or after it did it and before its answer arrived. */
public final class LosingDataSource {
    private static final String CONNECTION_FAILURE = "08006";

    private final DataSource database;
    private long countdown;
    private boolean committed;

    /** Around this one. */
    public LosingDataSource(DataSource database) {
        this.database = database;
    }

    /**
     * Breaks one commit.
     *
     * @param commit which one from now on, 1 for the next
     * @param happens whether the server does it
     */
    public void loseCommit(long commit, boolean happens) {
        countdown = commit;
        committed = happens;
    }

    /** Breaks nothing any more; says whether a commit was broken. */
    public boolean disarm() {
        boolean broke = countdown == 0;
        countdown = 0;
        return broke;
    }

    /** The one that breaks. */
    public DataSource dataSource() {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, args) -> {
                    Object result = method.invoke(database, args);
                    return result instanceof Connection connection ? watched(connection) : result;
                });
    }

    private Connection watched(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    if (method.getName().equals("commit") && countdown > 0 && --countdown == 0) {
                        if (committed) {
                            connection.commit();
                        } else {
                            connection.rollback();
                        }
                        connection.close();
                        throw new SQLException("the connection broke on purpose", CONNECTION_FAILURE);
                    }
                    try {
                        return method.invoke(connection, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
