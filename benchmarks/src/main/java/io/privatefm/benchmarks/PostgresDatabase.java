/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server of its own, from Maven artifacts, on files in a folder. What starts it passes {@code -F} (no fsync) unless
 * told otherwise; here every commit is forced to the disk.
 */
final class PostgresDatabase implements Database {
    private final EmbeddedPostgres server;
    private int schemas;

    PostgresDatabase(Path folder) {
        try {
            server = EmbeddedPostgres.builder()
                    .setDataDirectory(folder)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                    .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                    .setRegisterShutdownHook(false)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public String setting() {
        return ask("select current_setting('server_version') || ', fsync ' || current_setting('fsync')"
                + " || ', synchronous_commit ' || current_setting('synchronous_commit')"
                + " || ', full_page_writes ' || current_setting('full_page_writes')"
                + " || ', shared_buffers ' || current_setting('shared_buffers')"
                + " || ', over the loopback interface'");
    }

    /** Its address, for another process. */
    String url() {
        return "postgresql://postgres@localhost:" + server.getPort() + "/postgres";
    }

    @Override
    public OpenStore emptyStore() {
        return OpenStore.pooled(emptySchema());
    }

    /** A new schema, for what is no store of ours. */
    PGSimpleDataSource emptySchema() {
        schemas++;
        String schema = "benchmark" + schemas;
        ask("create schema " + schema);
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(server.getJdbcUrl("postgres", "postgres"));
        database.setCurrentSchema(schema);
        return database;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String ask(String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet result = statement.getResultSet()) {
                result.next();
                return result.getString(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
