/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;

/** Where the databases differ: the script that creates the tables. All statements are in the SQL that both understand. */
enum Dialect {
    POSTGRESQL,
    H2;

    /** The dialect of a data source. */
    static Dialect of(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            for (Dialect dialect : values()) {
                if (dialect.name().equalsIgnoreCase(product)) {
                    return dialect;
                }
            }
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the store runs on PostgreSQL and H2, not on " + product);
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
    }

    /** Folder of its migration scripts on the class path. */
    String migrations() {
        return "io/privatefm/store/jdbc/" + name().toLowerCase(Locale.ROOT);
    }
}
