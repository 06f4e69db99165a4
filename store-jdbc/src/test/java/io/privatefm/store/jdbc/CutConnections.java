/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Fixture: a data source that a test can cut off, as a node is that died or lost its network. */
final class CutConnections {
    private final DataSource proxy;
    private volatile boolean cut;

    CutConnections(DataSource connections) {
        proxy = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, args) -> {
                    if (cut) {
                        throw new SQLException("cut off");
                    }
                    return method.invoke(connections, args);
                });
    }

    DataSource dataSource() {
        return proxy;
    }

    void cut() {
        cut = true;
    }
}
