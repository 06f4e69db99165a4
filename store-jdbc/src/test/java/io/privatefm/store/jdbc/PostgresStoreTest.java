/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.OrchestratorStoreContract;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The store on PostgreSQL")
class PostgresStoreTest extends OrchestratorStoreContract {
    @Override
    protected OrchestratorStore emptyStore() {
        return JdbcStore.open(PostgresServer.emptySchema(), SchemaMode.MIGRATE);
    }
}
