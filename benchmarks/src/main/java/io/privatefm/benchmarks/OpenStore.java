/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import javax.sql.DataSource;

/**
 * A store, and what has to be closed with it.
 *
 * @param traffic what it has asked of its database; stays at zero for a store without one
 */
record OpenStore(OrchestratorStore store, Traffic traffic, Runnable closing) implements AutoCloseable {
    private static final int CONNECTIONS = 5;

    /** A store over a database, with a pool as a host has it. */
    static OpenStore pooled(DataSource database) {
        Traffic traffic = new Traffic();
        HikariConfig config = new HikariConfig();
        config.setDataSource(CountedConnections.of(database, traffic));
        config.setMaximumPoolSize(CONNECTIONS);
        HikariDataSource pool = new HikariDataSource(config);
        return new OpenStore(JdbcStore.open(pool, SchemaMode.MIGRATE), traffic, pool::close);
    }

    @Override
    public void close() {
        store.close();
        closing.run();
    }
}
