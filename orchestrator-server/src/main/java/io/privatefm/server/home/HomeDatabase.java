/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import io.privatefm.server.config.DatabaseUrl;
import io.privatefm.spi.UnavailableException;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/** The database: an H2 file in the data directory, which one process has open at a time, or what a URL names. */
public final class HomeDatabase implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration VALIDATION = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    /** What the store asks for, and that the file, which only grows while it is open, is written anew when it is closed. */
    private static final String SETTINGS = ";WRITE_DELAY=0;REUSE_SPACE=FALSE;DEFRAG_ALWAYS=TRUE";

    private final HikariDataSource pool;
    private final JdbcStore store;

    private HomeDatabase(HikariDataSource pool) {
        this.pool = pool;
        this.store = JdbcStore.open(pool, SchemaMode.MIGRATE);
    }

    /**
     * Opens the database, its tables made if absent.
     *
     * @param url empty for the data directory's own
     * @throws UnavailableException if it cannot be opened, as when another process has the file open
     */
    public static HomeDatabase open(Path home, Optional<String> url) {
        return open(home, url, CONNECTIONS, new HikariConfig());
    }

    /**
     * The same, for a process that does more at a time, and must not wait for a database that hangs for as long as it does.
     *
     * @param connections how many there are at most, of all that is done with them
     */
    public static HomeDatabase open(Path home, Optional<String> url, int connections) {
        HikariConfig config = new HikariConfig();
        config.setConnectionTimeout(PATIENCE.toMillis());
        config.setValidationTimeout(VALIDATION.toMillis());
        if (url.filter(given -> !given.startsWith("jdbc:h2:"))
                .isPresent()) { // what the URL says itself stands over this
            config.addDataSourceProperty("socketTimeout", String.valueOf(ANSWER.toSeconds()));
            config.addDataSourceProperty("tcpKeepAlive", "true");
        }
        return open(home, url, connections, config);
    }

    private static HomeDatabase open(Path home, Optional<String> url, int connections, HikariConfig config) {
        DatabaseUrl database = DatabaseUrl.parse(url.orElseGet(
                () -> "jdbc:h2:file:" + home.toAbsolutePath().resolve("db").resolve("pfm") + SETTINGS));
        config.setJdbcUrl(database.jdbc());
        database.user().ifPresent(config::setUsername);
        database.password().ifPresent(config::setPassword);
        config.setMaximumPoolSize(connections);
        config.setPoolName("pfm");
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            String where = url.isPresent() ? "" : " in " + home;
            throw new UnavailableException("cannot open the database" + where + ": " + reason(e), e);
        }
        try {
            return new HomeDatabase(pool);
        } catch (RuntimeException | Error e) {
            pool.close();
            throw e;
        }
    }

    public JdbcStore store() {
        return store;
    }

    /** Connections to it for the service's own tables; see {@link JdbcStore#connections()}. */
    public DataSource connections() {
        return store.connections();
    }

    @Override
    public void close() {
        pool.close();
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
