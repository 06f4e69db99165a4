/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.OrchestratorStoreContract;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The store on PostgreSQL")
class PostgresStoreTest extends OrchestratorStoreContract {
    private final DataSource schema = PostgresServer.emptySchema();

    @Override
    protected OrchestratorStore emptyStore() {
        return JdbcStore.open(schema, SchemaMode.MIGRATE);
    }

    @Override
    protected OrchestratorStore reopenedStore() {
        return JdbcStore.open(schema, SchemaMode.VALIDATE);
    }
}
