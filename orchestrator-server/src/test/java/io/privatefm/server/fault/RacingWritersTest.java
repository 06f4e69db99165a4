/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.TinyAdapters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Eight writers of one namespace")
class RacingWritersTest {
    private static final int WRITERS = 8;
    private static final int VERSIONS = Share.of(150, 1_850, 100_000);
    private static final int REVISIONS = Share.of(20, 100, 5_000);
    private static final LearnerId ADA = LearnerId.of("ada");

    @TempDir
    private Path home;

    @Test
    @DisplayName("that execute the same plan at once have one winner of each version, on PostgreSQL")
    void oneWinner() throws Exception {
        HikariDataSource database = Postgres.pool(WRITERS);
        OrchestratorStore store = JdbcStore.open(database, SchemaMode.MIGRATE);
        BlobStore blobs = InMemory.blobs();
        Workload.MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        List<Orchestrator> writers = new ArrayList<>();
        try {
            for (int writer = 0; writer < WRITERS; writer++) {
                writers.add(Orchestrator.builder(store, blobs, FoundationDirectory.at(home.resolve("foundation")))
                        .executor(Runnable::run, 1)
                        .build());
            }
            writers.get(0).namespaces().provision(ADA, List.of(Workload.MATH));
            for (int version = 1; version <= VERSIONS; version++) {
                writers.get(0)
                        .adapters()
                        .register(
                                ADA,
                                Workload.MATH,
                                TinyAdapters.plain(Workload.MODEL, version, "c_attn")
                                        .files());
                MergePlan plan = ((PlanOutcome.Due) writers.get(0).merges().plan(ADA)).plan();
                assertThat(winners(threads, writers, plan))
                        .as("winners of version %s", version)
                        .isEqualTo(1);
            }
            assertThat(writers.get(0).checkpoints().list(ADA, VERSIONS + 1))
                    .extracting(CheckpointRow::operationId)
                    .hasSize(VERSIONS)
                    .doesNotHaveDuplicates();
        } finally {
            threads.shutdownNow();
            writers.forEach(Orchestrator::close);
            database.close();
        }
    }

    @Test
    @DisplayName("that register the same adapter at once make one revision of it, on PostgreSQL")
    void oneRevision() throws Exception {
        HikariDataSource database = Postgres.pool(WRITERS);
        OrchestratorStore store = JdbcStore.open(database, SchemaMode.MIGRATE);
        Workload.MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (Orchestrator pfm = Orchestrator.builder(
                        store, InMemory.blobs(), FoundationDirectory.at(home.resolve("foundation")))
                .executor(Runnable::run, 1)
                .build()) {
            pfm.namespaces().provision(ADA, List.of(Workload.MATH));
            for (int revision = 1; revision <= REVISIONS; revision++) {
                int seed = revision;
                CyclicBarrier start = new CyclicBarrier(WRITERS);
                List<Callable<AdapterRow>> tasks = Collections.nCopies(WRITERS, () -> {
                    ModelFiles files =
                            TinyAdapters.plain(Workload.MODEL, seed, "c_attn").files();
                    start.await();
                    return pfm.adapters().register(ADA, Workload.MATH, files);
                });
                for (Future<AdapterRow> registered : threads.invokeAll(tasks)) {
                    assertThat(registered.get().revision()).isEqualTo(revision);
                }
            }
        } finally {
            threads.shutdownNow();
            database.close();
        }
    }

    private static long winners(ExecutorService threads, List<Orchestrator> writers, MergePlan plan) throws Exception {
        CyclicBarrier start = new CyclicBarrier(WRITERS);
        List<Callable<MergeOutcome>> tasks = writers.stream()
                .<Callable<MergeOutcome>>map(writer -> () -> {
                    start.await();
                    return writer.merges().execute(ADA, plan);
                })
                .toList();
        long winners = 0;
        for (Future<MergeOutcome> outcome : threads.invokeAll(tasks)) {
            winners += outcome.get() instanceof MergeOutcome.Merged ? 1 : 0;
        }
        return winners;
    }
}
