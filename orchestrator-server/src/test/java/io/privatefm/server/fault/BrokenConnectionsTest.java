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
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.TinyAdapters;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A PostgreSQL server that ends connections while two learners are merged")
class BrokenConnectionsTest {
    private static final int BREAKS = Share.of(40, 100, 5_000);
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path home;

    @Test
    @DisplayName("at any moment, all of them, costs no version and makes none twice")
    void terminated() throws Exception {
        long seed = Share.seed();
        Random random = new Random(seed);
        Workload.MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        Semaphore merged = new Semaphore(0);
        ExecutorService threads =
                Executors.newFixedThreadPool(Workload.learners().size());
        try (HikariDataSource database = Postgres.pool(4);
                Orchestrator pfm = Orchestrator.builder(
                                JdbcStore.open(database, SchemaMode.MIGRATE),
                                BlobDirectory.at(home),
                                FoundationDirectory.at(home.resolve("foundation")))
                        .eventBus(InMemory.bus())
                        .leaseTime(Duration.ofMillis(200))
                        .executor(Runnable::run, 1)
                        .build()) {
            Flag stop = new Flag();
            List<Future<Integer>> workers = Workload.learners().stream()
                    .map(learner -> threads.submit(() -> mergeUntil(stop, pfm, learner, merged)))
                    .toList();
            for (int broken = 0; broken < BREAKS; broken++) {
                assertThat(merged.tryAcquire(1 + random.nextInt(3), PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .as("merging goes on, seed %s, break %s", seed, broken)
                        .isTrue();
                terminate(database.getJdbcUrl());
            }
            stop.set();
            for (int worker = 0; worker < workers.size(); worker++) {
                check(pfm, Workload.learners().get(worker), workers.get(worker).get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Says to other threads that it is over. */
    private static final class Flag {
        private volatile boolean set;

        void set() {
            set = true;
        }
    }

    /** Registers one adapter after the other and merges each; gives how many. */
    private static int mergeUntil(Flag stop, Orchestrator pfm, LearnerId learner, Semaphore merged) {
        again(() -> pfm.namespaces().provision(learner, List.of(Workload.MATH)));
        int version = 0;
        while (!stop.set) {
            int next = ++version;
            again(() -> pfm.adapters()
                    .register(
                            learner,
                            Workload.MATH,
                            TinyAdapters.plain(Workload.MODEL, next, "c_attn").files()));
            again(() -> {
                MergeOutcome outcome = pfm.merges().mergeNow(learner);
                if (outcome instanceof MergeOutcome.InProgress) {
                    throw new UnavailableException("the lease of the attempt before has not expired yet");
                }
                assertThat(outcome).isNotInstanceOf(MergeOutcome.Rejected.class);
            });
            merged.release();
        }
        return version;
    }

    private static void again(Runnable call) {
        for (boolean done = false; !done; ) {
            try {
                call.run();
                done = true;
            } catch (UnavailableException | OutcomeUnknownException e) {
                Thread.onSpinWait(); // as a host would: later, with the same call
            }
        }
    }

    /** Ends every connection to the schema's pool. */
    private static void terminate(String url) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement =
                        connection.prepareStatement("select pg_terminate_backend(pid) from pg_stat_activity"
                                + " where pid <> pg_backend_pid() and application_name = ?")) {
            statement.setString(1, Postgres.applicationName(url));
            statement.execute();
        }
    }

    private static void check(Orchestrator pfm, LearnerId learner, int versions) {
        NamespaceRow namespace = pfm.namespaces().get(learner);
        assertThat(namespace.checkpointVersion()).isEqualTo(versions);
        List<CheckpointRow> checkpoints = pfm.checkpoints().list(learner, versions + 1);
        assertThat(checkpoints.stream().map(CheckpointRow::version).sorted())
                .isEqualTo(LongStream.rangeClosed(1, versions).boxed().toList());
        for (CheckpointRow row : checkpoints) {
            assertThat(pfm.checkpoints().verify(learner, row.version()))
                    .isEqualTo(new Verification.Intact(row.checkpointHash()));
        }
        NamespaceHistory history = NamespaceHistory.EMPTY.after(pfm.namespaces().events(learner, 1, Integer.MAX_VALUE));
        assertThat(history.eventHead()).isEqualTo(namespace.eventHead()).isEqualTo(1 + 2L * versions);
        assertThat(history.checkpoints()).hasSize(versions);
    }
}
