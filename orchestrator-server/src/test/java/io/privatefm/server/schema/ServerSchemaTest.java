/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.fault.Postgres;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

@DisplayName("The service's tables")
class ServerSchemaTest {
    private static final int SERVICES = 4;
    private static final int ROUNDS = 2;

    @Test
    @DisplayName("are made once, beside the store's, where several services begin at once on an empty database")
    void atOnce() throws Exception {
        ExecutorService services = Executors.newFixedThreadPool(SERVICES);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                PGSimpleDataSource database = new PGSimpleDataSource();
                database.setUrl(Postgres.emptySchema());
                List<JdbcStore> stores = atOnce(services, () -> JdbcStore.open(database, SchemaMode.MIGRATE));
                atOnce(services, () -> {
                    ServerSchema.migrate(database);
                    return stores;
                });
                assertThat(migrations(database)).doesNotHaveDuplicates().contains("0", "1");
            }
        } finally {
            services.shutdown();
        }
    }

    private static <T> List<T> atOnce(ExecutorService services, Callable<T> work) throws Exception {
        CyclicBarrier all = new CyclicBarrier(SERVICES);
        Callable<T> together = () -> {
            all.await();
            return work.call();
        };
        List<T> results = new ArrayList<>();
        for (Future<T> begun : services.invokeAll(Collections.nCopies(SERVICES, together))) {
            results.add(begun.get());
        }
        return results;
    }

    private static List<String> migrations(DataSource database) throws SQLException {
        List<String> migrations = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select \"version\" from \"pfm_server_schema\"")) {
            while (rows.next()) {
                migrations.add(rows.getString(1));
            }
        }
        return migrations;
    }
}
