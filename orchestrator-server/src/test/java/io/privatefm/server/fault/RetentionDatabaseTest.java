/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.journal.NamespaceHistory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.checkpoint.RetentionOutcome;
import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.checkpoint.RetentionReport;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.TinyAdapters;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Retention in a database")
class RetentionDatabaseTest {
    private static final int ROUNDS = Share.of(10, 50, 1_000);
    private static final int MERGES = 4;
    private static final LearnerId ADA = LearnerId.of("ada");

    @TempDir
    private Path home;

    @Test
    @DisplayName(
            "takes checkpoints with their variants and leaves the newest, beside a merge and another run, on PostgreSQL")
    void postgres() throws Exception {
        try (HikariDataSource database = Postgres.pool(6)) {
            run(database);
        }
    }

    @Test
    @DisplayName("takes checkpoints with their variants and leaves the newest, beside a merge and another run, on H2")
    void h2() throws Exception {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + home.resolve("db") + ";DB_CLOSE_DELAY=30;WRITE_DELAY=0;REUSE_SPACE=FALSE");
        run(database);
    }

    /** Merges with two retentions beside them, in rounds, until little is left. */
    private void run(DataSource database) throws Exception {
        Workload.MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        ExecutorService threads = Executors.newFixedThreadPool(3);
        OrchestratorStore store = JdbcStore.open(database, SchemaMode.MIGRATE);
        try (Orchestrator one = orchestrator(store);
                Orchestrator other = orchestrator(store)) {
            NsUid uid = one.namespaces().provision(ADA, List.of(Workload.MATH)).nsUid();
            long removed = 0;
            int seed = 0;
            for (int round = 0; round < ROUNDS; round++) {
                for (int merge = 0; merge < MERGES; merge++) {
                    merge(one, ++seed);
                }
                int last = ++seed;
                CyclicBarrier start = new CyclicBarrier(3);
                List<Callable<Long>> tasks = List.of(
                        () -> {
                            start.await();
                            merge(one, last);
                            return 0L;
                        },
                        () -> {
                            start.await();
                            return removed(one);
                        },
                        () -> {
                            start.await();
                            return removed(other);
                        });
                for (Future<Long> task : threads.invokeAll(tasks)) {
                    removed += task.get();
                }
                removed += removed(other);
                check(one, database, uid, seed, removed);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** As a caller does whom a retention kept waiting. */
    private static void merge(Orchestrator pfm, int seed) {
        pfm.adapters()
                .register(
                        ADA,
                        Workload.MATH,
                        TinyAdapters.plain(Workload.MODEL, seed, "c_attn").files());
        MergeOutcome outcome = pfm.merges().mergeNow(ADA);
        while (outcome instanceof MergeOutcome.InProgress) {
            outcome = pfm.merges().mergeNow(ADA);
        }
        assertThat(outcome).isInstanceOf(MergeOutcome.Merged.class);
    }

    private static long removed(Orchestrator pfm) {
        RetentionReport report = pfm.upkeep().applyRetention();
        assertThat(report.results().stream()
                        .map(RetentionReport.Result::outcome)
                        .flatMap(outcome -> outcome instanceof RetentionOutcome.Skipped skipped
                                ? Stream.of(skipped.reason())
                                : Stream.empty()))
                .as("%s", report)
                .allMatch(RetentionOutcome.Reason.BUSY::equals);
        return report.removed();
    }

    private static void check(Orchestrator pfm, DataSource database, NsUid uid, long newest, long removed)
            throws Exception {
        NamespaceRow namespace = pfm.namespaces().get(ADA);
        assertThat(namespace.checkpointVersion()).isEqualTo(newest);
        List<CheckpointRow> rows = pfm.checkpoints().list(ADA, Integer.MAX_VALUE);
        assertThat(rows).hasSize(2);
        assertThat(removed).as("what the reports say").isEqualTo(newest - 2);
        assertThat(rows.stream().map(CheckpointRow::version).sorted())
                .isEqualTo(LongStream.rangeClosed(newest - 1, newest).boxed().toList());
        assertThat(count(database, "pfm_checkpoint", uid)).isEqualTo(2);
        assertThat(count(database, "pfm_variant", uid)).isEqualTo(2);
        for (CheckpointRow row : rows) {
            assertThat(pfm.checkpoints().verify(ADA, row.version()))
                    .isEqualTo(new Verification.Intact(row.checkpointHash()));
        }
        NamespaceHistory history = NamespaceHistory.EMPTY.after(pfm.namespaces().events(ADA, 1, Integer.MAX_VALUE));
        assertThat(history.eventHead()).isEqualTo(namespace.eventHead());
        assertThat(history.checkpoints()).containsOnlyKeys(newest - 1, newest);
    }

    private static long count(DataSource database, String table, NsUid uid) throws Exception {
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select count(*) from " + table + " where ns_uid = ?")) {
            statement.setString(1, uid.value());
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getLong(1);
            }
        }
    }

    private Orchestrator orchestrator(OrchestratorStore store) {
        return Orchestrator.builder(store, BlobDirectory.at(home), FoundationDirectory.at(home.resolve("foundation")))
                .eventBus(InMemory.bus())
                .executor(Runnable::run, 1)
                .retention(new RetentionPolicy(Duration.ZERO, 2))
                .build();
    }
}
