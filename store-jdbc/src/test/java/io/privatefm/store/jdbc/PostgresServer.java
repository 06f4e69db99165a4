/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL server for the tests: the one that {@code PFM_TEST_DATABASE_URL} names (a {@code jdbc:postgresql:} URL), or
 * one from Maven artifacts, started once and ended with the JVM.
 */
final class PostgresServer {
    private static final PostgresServer INSTANCE = start();
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private final String url;

    private PostgresServer(String url) {
        this.url = url;
    }

    /** A data source on a new, empty schema. */
    static DataSource emptySchema() {
        String schema = "pfm_test_" + ProcessHandle.current().pid() + "_" + SCHEMAS.incrementAndGet();
        PGSimpleDataSource server = new PGSimpleDataSource();
        server.setUrl(INSTANCE.url);
        try (Connection connection = server.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        server.setCurrentSchema(schema);
        return server;
    }

    private static PostgresServer start() {
        String given = System.getenv("PFM_TEST_DATABASE_URL");
        if (given != null) {
            return new PostgresServer(given);
        }
        try {
            EmbeddedPostgres embedded = EmbeddedPostgres.builder()
                    .setServerConfig("synchronous_commit", "on")
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(embedded)));
            return new PostgresServer(embedded.getJdbcUrl("postgres", "postgres"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void close(EmbeddedPostgres embedded) {
        try {
            embedded.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
