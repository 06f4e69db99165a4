/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.schema;

import io.privatefm.spi.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The tables that the service keeps for itself, in the store's database. Their migrations have a history of their own. */
public final class ServerSchema {
    private static final String HISTORY = "pfm_server_schema";

    private ServerSchema() {}

    /**
     * Makes the tables, or brings them up to date.
     *
     * @throws UnavailableException if the database does not answer, or is of a later version
     */
    public static void migrate(DataSource connections) {
        try {
            Flyway.configure(ServerSchema.class.getClassLoader())
                    .dataSource(connections)
                    .table(HISTORY)
                    .locations("classpath:io/privatefm/server/schema/" + dialect(connections))
                    .baselineOnMigrate(true) // the store's tables are there; these start at version 1
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (FlywayException | SQLException e) {
            throw new UnavailableException("cannot make the service's tables: " + e.getMessage(), e);
        }
    }

    private static String dialect(DataSource connections) throws SQLException {
        try (Connection connection = connections.getConnection()) {
            return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        }
    }
}
