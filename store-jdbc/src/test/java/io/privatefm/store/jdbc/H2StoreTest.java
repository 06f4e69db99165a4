/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.testkit.OrchestratorStoreContract;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The store on an H2 file")
class H2StoreTest extends OrchestratorStoreContract {
    @TempDir
    private Path folder;

    @Override
    protected OrchestratorStore emptyStore() {
        return reopenedStore();
    }

    @Override
    protected OrchestratorStore reopenedStore() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL(
                "jdbc:h2:file:" + folder.resolve("store") + ";DB_CLOSE_DELAY=10;WRITE_DELAY=0;REUSE_SPACE=FALSE");
        return JdbcStore.open(database, SchemaMode.MIGRATE);
    }
}
