/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** Brings the tables to this version, or sees that they are. Keeps a history table of its own beside the host's. */
final class Schema {
    private static final String HISTORY = "pfm_schema_history";

    private Schema() {}

    static void prepare(DataSource dataSource, Dialect dialect, SchemaMode mode) {
        if (mode == SchemaMode.SKIP) {
            return;
        }
        Flyway flyway = Flyway.configure(Schema.class.getClassLoader())
                .dataSource(dataSource)
                .table(HISTORY)
                .locations("classpath:" + "io/privatefm/store/jdbc/"
                        + dialect.product().toLowerCase(Locale.ROOT))
                .baselineOnMigrate(true) // the host's tables may be there; ours start at version 1
                .baselineVersion("0")
                .load();
        try {
            if (mode == SchemaMode.MIGRATE) {
                migrate(flyway);
            } else {
                flyway.validate();
            }
        } catch (FlywayValidateException e) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the database's tables are not of this version: " + e.getMessage());
        } catch (FlywayException e) {
            throw new UnavailableException("the tables cannot be prepared: " + e.getMessage(), e);
        }
    }

    /** Of processes that find no history at the same time one makes it; the others fail once, and find it when they look again. */
    private static void migrate(Flyway flyway) {
        try {
            flyway.migrate();
        } catch (FlywayValidateException e) {
            throw e;
        } catch (FlywayException e) {
            flyway.migrate();
        }
    }
}
