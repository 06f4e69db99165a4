/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.TinyAdapters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Commits whose answers are lost")
class LostAnswerTest {
    private static final int MERGES = Share.of(60, 200, 5_000);
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final int COMMITS_OF_A_MERGE = 4;
    private static final int ATTEMPTS = 5;

    @TempDir
    private Path home;

    @Test
    @DisplayName("publish each version once, delete nothing and lose nothing, on PostgreSQL")
    void postgres() throws Exception {
        try (HikariDataSource database = Postgres.pool(1)) {
            run(database);
        }
    }

    @Test
    @DisplayName("publish each version once, delete nothing and lose nothing, on H2")
    void h2() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + home.resolve("db") + ";DB_CLOSE_DELAY=30;WRITE_DELAY=0;REUSE_SPACE=FALSE");
        run(database);
    }

    private void run(DataSource database) {
        long seed = Share.seed();
        Random random = new Random(seed);
        Workload.MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        LosingDataSource losing = new LosingDataSource(database);
        int lost = 0;
        try (Orchestrator pfm = Orchestrator.builder(
                        JdbcStore.open(losing.dataSource(), SchemaMode.MIGRATE),
                        BlobDirectory.at(home),
                        FoundationDirectory.at(home.resolve("foundation")))
                .eventBus(InMemory.bus())
                .leaseTime(Duration.ofMillis(10))
                .executor(Runnable::run, 1)
                .build()) {
            pfm.namespaces().provision(ADA, List.of(Workload.MATH));
            for (int merge = 1; merge <= MERGES; merge++) {
                int revision = merge;
                repeat(() -> pfm.adapters()
                        .register(
                                ADA,
                                Workload.MATH,
                                TinyAdapters.plain(Workload.MODEL, revision, "c_attn")
                                        .files()));
                losing.loseCommit(1 + random.nextInt(COMMITS_OF_A_MERGE), random.nextBoolean());
                repeat(() -> {
                    MergeOutcome outcome = pfm.merges().mergeNow(ADA);
                    if (outcome instanceof MergeOutcome.InProgress) {
                        throw new UnavailableException("the lease of the attempt before has not expired yet");
                    }
                    assertThat(outcome)
                            .as("seed %s, merge %s", seed, revision)
                            .isNotInstanceOf(MergeOutcome.Rejected.class);
                });
                lost += losing.disarm() ? 1 : 0;
                assertThat(pfm.namespaces().get(ADA).checkpointVersion())
                        .as("version after merge %s; replay with -Dpfm.seed=%s", merge, seed)
                        .isEqualTo(merge);
            }
            List<CheckpointRow> checkpoints = pfm.checkpoints().list(ADA, MERGES + 1);
            assertThat(checkpoints.stream().map(CheckpointRow::version).sorted())
                    .isEqualTo(LongStream.rangeClosed(1, MERGES).boxed().toList());
            for (CheckpointRow row : checkpoints) {
                assertThat(pfm.checkpoints().verify(ADA, row.version()))
                        .isEqualTo(new Verification.Intact(row.checkpointHash()));
            }
        }
        assertThat(lost).as("answers that were lost, of %s", MERGES).isGreaterThan(MERGES / 2);
    }

    /** As a caller does that was told to try again, or that nobody knows. */
    private static void repeat(Runnable call) {
        for (int attempt = 1; ; attempt++) {
            try {
                call.run();
                return;
            } catch (UnavailableException | OutcomeUnknownException e) {
                if (e.getMessage() != null && e.getMessage().startsWith("the lease")) {
                    attempt--;
                } else if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
