/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import io.privatefm.core.AuditCheck;
import io.privatefm.core.AuditLogKey;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.modelstore.AnchorDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.RootKey;
import io.privatefm.server.fault.Postgres;
import io.privatefm.server.fault.Workload;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyAdapters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A home of learners on a real database, with blobs in {@code data/}, keys in {@code keys/} and a foundation. Each {@link #open} is a
 * new orchestrator, which remembers nothing.
 */
final class PrivateHome {
    static final LearnerId ADA = LearnerId.of("learner-ada-lovelace");
    static final LearnerId BEN = LearnerId.of("learner-ben-franklin");
    static final Subject MATH = Subject.of("math");
    static final Subject READING = Subject.of("reading");
    static final String ORIGIN = "private-fm/privacy";

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final byte[] ROOT = new byte[RootKey.BYTES];

    static {
        Arrays.fill(ROOT, (byte) 7);
    }

    private final Path home;
    private final DataSource database;
    private final KeyPair auditKey;
    private final OrchestratorStore store;

    private PrivateHome(Path home, DataSource database, KeyPair auditKey) {
        this.home = home;
        this.database = database;
        this.auditKey = auditKey;
        this.store = JdbcStore.open(database, SchemaMode.MIGRATE);
    }

    /** A new home, with a foundation and without learners. */
    static PrivateHome create(Path home, Database kind) throws Exception {
        Files.createDirectories(home.resolve("data"));
        new Workload(home)
                .prepare(kind == Database.POSTGRESQL ? Optional.of(Postgres.emptySchema()) : Optional.empty());
        return at(home);
    }

    /** A home that is there. */
    static PrivateHome at(Path home) throws Exception {
        KeyPair auditKey = new Workload(home).key();
        if (Files.exists(home.resolve("database"))) {
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setUrl(Files.readString(home.resolve("database")));
            return new PrivateHome(home, database, auditKey);
        }
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + home.resolve("data").resolve("db")
                + ";WRITE_DELAY=0;REUSE_SPACE=FALSE;DB_CLOSE_DELAY=-1");
        return new PrivateHome(home, database, auditKey);
    }

    Sql sql() {
        return new Sql(database);
    }

    /** Blobs and, of H2, the database's file: all that a thief of the data directory gets. */
    Path data() {
        return home.resolve("data");
    }

    Path keys() {
        return home.resolve("keys");
    }

    /** A folder of this home. */
    Path folder(String name) {
        return home.resolve(name);
    }

    FileKeyVault vault() {
        return FileKeyVault.open(keys(), RootKey.of(ROOT));
    }

    BlobDirectory blobs() {
        return BlobDirectory.at(data());
    }

    OrchestratorStore store() {
        return store;
    }

    /** Everything but a vault. */
    OrchestratorBuilder builder(OrchestratorStore store, BlobStore blobs) {
        return Orchestrator.builder(store, blobs, FoundationDirectory.at(home.resolve("foundation")))
                .executor(Runnable::run, 1)
                .audit(ORIGIN, auditKey, anchors())
                .leaseTime(LEASE);
    }

    /** Everything, with deletions granted. */
    OrchestratorBuilder guarded(OrchestratorStore store, BlobStore blobs, KeyVault vault) {
        return builder(store, blobs).keyVault(vault).guardianAuthority(request -> new Decision.Granted("known"));
    }

    /** Everything, with deletions granted. */
    OrchestratorBuilder guarded() {
        return guarded(store(), blobs(), vault());
    }

    Orchestrator open() {
        return guarded().build();
    }

    NsUid uid(LearnerId learner) {
        return store().inTransaction(tx -> tx.find(learner).orElseThrow()).nsUid();
    }

    AuditVerdict audit() {
        return AuditCheck.verify(store(), new AuditLogKey(ORIGIN, auditKey.getPublic()), anchors());
    }

    static GuardianRequest deletionOf(LearnerId learner) {
        return new GuardianRequest(learner, "mum", "secret");
    }

    /** Lets an H2 file go, for another process. */
    void letGo() throws SQLException {
        if (database instanceof JdbcDataSource) {
            sql().change("shutdown");
        }
    }

    /** An adapter that fits. */
    static TinyAdapter adapter(long seed) {
        return TinyAdapters.plain(Workload.MODEL, seed, "c_attn");
    }

    /** Makes a learner with adapters of both subjects, and one checkpoint for each seed. */
    static void checkpoints(Orchestrator pfm, LearnerId learner, long... seeds) {
        pfm.namespaces().provision(learner, List.of(MATH, READING));
        for (long seed : seeds) {
            pfm.adapters().register(learner, MATH, adapter(seed).files());
            pfm.adapters().register(learner, READING, adapter(seed + 1_000).files());
            pfm.merges().mergeNow(learner);
        }
    }

    private AnchorDirectory anchors() {
        return AnchorDirectory.at(home.resolve("anchors"));
    }
}
