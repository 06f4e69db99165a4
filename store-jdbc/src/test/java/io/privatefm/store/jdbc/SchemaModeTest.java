/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

@DisplayName("A JDBC store that is opened on")
class SchemaModeTest {
    private static final int OPENERS = 4;
    private static final int ROUNDS = 3;

    @TempDir
    private Path folder;

    private DataSource empty(String database) {
        return database.equals("H2") ? h2(";WRITE_DELAY=0;REUSE_SPACE=FALSE") : PostgresServer.emptySchema();
    }

    private DataSource h2(String settings) {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:file:" + folder.resolve("store") + ";DB_CLOSE_DELAY=10" + settings);
        return h2;
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("an empty database makes its tables, beside the host's own, once:")
    void migrates(String database) throws SQLException {
        DataSource data = empty(database);
        execute(data, "create table of_the_host (id int)");
        JdbcStore.open(data, SchemaMode.MIGRATE).close();

        OrchestratorStore store = JdbcStore.open(data, SchemaMode.MIGRATE);

        assertThat(store.name()).isEqualTo(database.toLowerCase(Locale.ROOT));
        assertThat(store.<Boolean>inTransaction(tx -> tx.firstTime("one", "m-1")))
                .isTrue();
        execute(data, "insert into of_the_host values (1)");
    }

    @Test
    @DisplayName("an empty database by several at once makes its tables once, and all of them open it")
    void atOnce() throws Exception {
        ExecutorService openers = Executors.newFixedThreadPool(OPENERS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                DataSource data = PostgresServer.emptySchema();
                CyclicBarrier all = new CyclicBarrier(OPENERS);
                Callable<String> open = () -> {
                    all.await();
                    return JdbcStore.open(data, SchemaMode.MIGRATE).name();
                };
                for (Future<String> opened : openers.invokeAll(Collections.nCopies(OPENERS, open))) {
                    assertThat(opened.get()).isEqualTo("postgresql");
                }
            }
        } finally {
            openers.shutdown();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("tables of this version accepts them, to validate or to leave alone:")
    void validates(String database) {
        DataSource data = empty(database);
        JdbcStore.open(data, SchemaMode.MIGRATE).close();

        for (SchemaMode mode : new SchemaMode[] {SchemaMode.VALIDATE, SchemaMode.SKIP}) {
            OrchestratorStore store = JdbcStore.open(data, mode);
            assertThat(store.<Boolean>inTransaction(tx -> tx.firstTime("one", mode.name())))
                    .isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName("a database without tables says so when it validates, and makes none:")
    void refuses(String database) {
        DataSource data = empty(database);

        assertThatThrownBy(() -> JdbcStore.open(data, SchemaMode.VALIDATE))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageContaining("not of this version");
        OrchestratorStore skipped = JdbcStore.open(data, SchemaMode.SKIP);
        assertThatThrownBy(() -> skipped.inTransaction(tx -> tx.firstTime("one", "m-1")))
                .isInstanceOf(PfmException.class);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PostgreSQL", "H2"})
    @DisplayName(
            "tables of version 1 refuses them when it validates, and brings them to this version with all their rows:")
    void upgrades(String database) throws SQLException {
        DataSource data = empty(database);
        Flyway.configure(Schema.class.getClassLoader())
                .dataSource(data)
                .table("pfm_schema_history")
                .locations("classpath:io/privatefm/store/jdbc/" + database.toLowerCase(Locale.ROOT))
                .target("1")
                .load()
                .migrate();
        NsUid ns = new NsUid("0".repeat(31) + "1");
        execute(
                data,
                "insert into pfm_namespace (learner, ns_uid, subjects, state, foundation_release, policy, legal_hold, checkpoint_version,"
                        + " event_head, outbox_head, revision) values ('ada', '" + ns
                        + "', 'math', 'ACTIVE', 'release-1', '{}', false, 0, 0, 0, 1)");
        String hash = "0".repeat(64);
        execute(
                data,
                "insert into pfm_adapter (ns_uid, subject, revision, digest, config_blob, weights_blob, changed_bytes, registered_at) values ('"
                        + ns + "', 'math', 1, '" + hash + "', '" + hash + "', '" + hash + "', 7, current_timestamp)");
        assertThatThrownBy(() -> JdbcStore.open(data, SchemaMode.VALIDATE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not of this version");

        OrchestratorStore store = JdbcStore.open(data, SchemaMode.MIGRATE);

        assertThat(store.<List<AdapterRow>>inTransaction(tx -> tx.adapters(ns)))
                .singleElement()
                .matches(row -> !row.setAside() && row.changedBytes() == 7);
        assertThat(store.<List<NamespaceRow>>inTransaction(
                        tx -> tx.scrubs().due(Instant.parse("2026-01-01T00:00:00Z"), 9)))
                .extracting(NamespaceRow::nsUid)
                .containsExactly(ns);
    }

    @Test
    @DisplayName("a database that does not answer is unavailable")
    void unreachable() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://localhost:1/nowhere");

        assertThatThrownBy(() -> JdbcStore.open(nowhere, SchemaMode.MIGRATE)).isInstanceOf(UnavailableException.class);
    }

    @Test
    @DisplayName("PostgreSQL with synchronous_commit off is refused: it could lose what it acknowledged")
    void asynchronous() throws SQLException {
        PGSimpleDataSource data = (PGSimpleDataSource) PostgresServer.emptySchema();
        data.setOptions("-c synchronous_commit=off");

        assertThatThrownBy(() -> JdbcStore.open(data, SchemaMode.MIGRATE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("synchronous_commit is off");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"", ";WRITE_DELAY=0", ";REUSE_SPACE=FALSE", ";WRITE_DELAY=1;REUSE_SPACE=FALSE"})
    @DisplayName("an H2 file with other settings is refused, for it could lose what it acknowledged:")
    void losing(String settings) {
        assertThatThrownBy(() -> JdbcStore.open(h2(settings), SchemaMode.MIGRATE))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageContaining(";WRITE_DELAY=0;REUSE_SPACE=FALSE");
    }

    @Test
    @DisplayName("an H2 database in memory has nothing to lose")
    void inMemory() {
        JdbcDataSource memory = new JdbcDataSource();
        memory.setURL("jdbc:h2:mem:schema-mode;DB_CLOSE_DELAY=10");

        OrchestratorStore store = JdbcStore.open(memory, SchemaMode.MIGRATE);

        assertThat(store.<Boolean>inTransaction(tx -> tx.firstTime("one", "m-1")))
                .isTrue();
    }

    private static void execute(DataSource data, String sql) throws SQLException {
        try (Connection connection = data.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
