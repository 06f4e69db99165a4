/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.RootKey;
import io.privatefm.server.fault.Postgres;
import io.privatefm.server.fault.Workload;
import io.privatefm.server.schema.ServerSchema;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.TinyAdapters;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A home with the service's tables on a real database. Each {@link #open} is a new process, which remembers nothing. */
public final class OperationHome {
    public static final Subject MATH = Subject.of("math");

    /** Quick, so that a process that died is soon dead; patient enough for what is running to end. */
    public static final OperationSettings QUICK = new OperationSettings(
            "node",
            2,
            3,
            Duration.ofMillis(20),
            Duration.ofMillis(250),
            Duration.ofMillis(10),
            Duration.ofSeconds(20),
            10);

    private static final byte[] ROOT = {
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7
    };
    private static final byte[] PEPPER = ROOT.clone();

    private final Path home;
    private final JdbcStore store;
    private final SettableClock clock = new SettableClock();

    private OperationHome(Path home, DataSource database) {
        this.home = home;
        this.store = JdbcStore.open(database, SchemaMode.MIGRATE);
        ServerSchema.migrate(store.connections());
    }

    public static OperationHome create(Path home, Database kind) throws Exception {
        Workload.MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        if (kind == Database.POSTGRESQL) {
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setUrl(Postgres.emptySchema());
            return new OperationHome(home, database);
        }
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + home.resolve("db") + ";DB_CLOSE_DELAY=60;WRITE_DELAY=0;REUSE_SPACE=FALSE");
        return new OperationHome(home, database);
    }

    public SettableClock clock() {
        return clock;
    }

    public DataSource connections() {
        return store.connections();
    }

    public Idempotency idempotency() {
        return idempotency(connections());
    }

    /** The same, over connections that may break. */
    public Idempotency idempotency(DataSource connections) {
        return new Idempotency(connections, PEPPER, clock);
    }

    /** A process that has not begun to work. */
    public OpenOperations open() {
        return open(QUICK, setup -> setup, foundation -> foundation);
    }

    public OpenOperations open(
            OperationSettings settings,
            UnaryOperator<OrchestratorBuilder> more,
            UnaryOperator<FoundationStore> around) {
        OperationProgress progress = new OperationProgress();
        Orchestrator pfm = more.apply(Orchestrator.builder(
                                store,
                                BlobDirectory.at(home),
                                around.apply(FoundationDirectory.at(home.resolve("foundation"))))
                        .keyVault(FileKeyVault.open(home.resolve("keys"), RootKey.of(ROOT)))
                        .guardianAuthority(request -> new Decision.Granted("known"))
                        .leaseTime(Duration.ofSeconds(30))
                        .addListener(progress))
                .build();
        return new OpenOperations(pfm, new Operations(pfm, connections(), idempotency(), progress, settings, clock));
    }

    /** Makes a learner, with something to merge. */
    public NsUid learner(Orchestrator pfm, LearnerId learner, long seed) {
        NsUid uid = pfm.namespaces().provision(learner, List.of(MATH)).nsUid();
        due(pfm, learner, seed);
        return uid;
    }

    /** Gives a learner something to merge. */
    public void due(Orchestrator pfm, LearnerId learner, long seed) {
        pfm.adapters()
                .register(
                        learner,
                        MATH,
                        TinyAdapters.plain(Workload.MODEL, seed, "c_attn").files());
    }

    /** All that the tables of the service say, a value a line. */
    public List<String> dump() throws SQLException {
        List<String> values = new ArrayList<>();
        for (String table :
                List.of("pfm_server_operation", "pfm_server_request", "pfm_server_task", "pfm_server_night")) {
            values.addAll(texts("select * from " + table));
        }
        return values;
    }

    /** Every value of a query's rows. */
    public List<String> texts(String query) throws SQLException {
        try (Connection connection = connections().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    texts.add(String.valueOf(rows.getString(column)));
                }
            }
            return texts;
        }
    }
}
