/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL server: the one that {@code PFM_TEST_DATABASE_URL} names (a {@code jdbc:postgresql:} URL), or one from Maven
 * artifacts, started once and ended with this JVM.
 */
public final class Postgres {
    private static final String SERVER = start();
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private Postgres() {}

    /** The URL of a new, empty schema. */
    public static String emptySchema() throws SQLException {
        String schema = "pfm_fault_" + ProcessHandle.current().pid() + "_" + SCHEMAS.incrementAndGet();
        try (Connection connection = java.sql.DriverManager.getConnection(SERVER);
                Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        }
        return SERVER + (SERVER.contains("?") ? "&" : "?") + "currentSchema=" + schema + "&ApplicationName=" + schema;
    }

    /** Where it is on this machine, for a test that puts something between. */
    public static int port() {
        return URI.create(SERVER.substring("jdbc:".length())).getPort();
    }

    /** How connections to the schema of such a URL are called by the server. */
    static String applicationName(String url) {
        return url.substring(url.indexOf("ApplicationName=") + "ApplicationName=".length());
    }

    /** A pool of connections to a new, empty schema. */
    static HikariDataSource pool(int connections) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(emptySchema());
        config.setMaximumPoolSize(connections + 2);
        return new HikariDataSource(config);
    }

    private static String start() {
        String given = System.getenv("PFM_TEST_DATABASE_URL");
        if (given != null) {
            return given;
        }
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("synchronous_commit", "on")
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
            return server.getJdbcUrl("postgres", "postgres");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void stop(EmbeddedPostgres server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
