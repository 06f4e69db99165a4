/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import static io.privatefm.server.privacy.PrivateHome.ADA;
import static io.privatefm.server.privacy.PrivateHome.MATH;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.RootKey;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.store.CheckpointRow;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Rotating keys")
class KeyRotationTest {
    private static final int ROTATIONS = 6;
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path dir;

    @Test
    @DisplayName(
            "while checkpoints are read and merged disturbs neither, and all opens with the newest root key alone, on PostgreSQL")
    void whileReading() throws Exception {
        PrivateHome home = PrivateHome.create(dir.resolve("home"), Database.POSTGRESQL);
        FileKeyVault vault = home.vault();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        AtomicBoolean ended = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(1);
        RootKey newest = root(ROTATIONS);
        try (Orchestrator pfm = home.guarded(home.store(), home.blobs(), vault).build();
                Orchestrator reader =
                        home.guarded(home.store(), home.blobs(), vault).build()) {
            PrivateHome.checkpoints(pfm, ADA, 1);
            Future<Integer> reads = threads.submit(() -> {
                int rounds = 0;
                do {
                    CheckpointRow row = reader.checkpoints().latest(ADA).orElseThrow();
                    assertThat(reader.checkpoints().verify(ADA, row.version()))
                            .isEqualTo(new Verification.Intact(row.checkpointHash()));
                    reader.checkpoints().export(ADA, 1, MATH.value(), dir.resolve("export-" + rounds));
                    assertThat(reader.namespaces().events(ADA, 1, 1_000)).isNotEmpty();
                    reading.countDown();
                    rounds++;
                } while (!ended.get());
                return rounds;
            });
            Future<Integer> merges = threads.submit(() -> {
                int version = 1;
                do {
                    version++;
                    pfm.adapters()
                            .register(
                                    ADA,
                                    MATH,
                                    PrivateHome.adapter(100 + version).files());
                    MergeOutcome outcome = pfm.merges().mergeNow(ADA);
                    assertThat(outcome).as("version %s", version).isInstanceOf(MergeOutcome.Merged.class);
                } while (!ended.get());
                return version;
            });
            assertThat(reading.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            for (int rotation = 1; rotation <= ROTATIONS; rotation++) {
                assertThat(pfm.keys().rotate(ADA)).isEqualTo(rotation + 1);
                vault.rotateRoot(root(rotation));
            }
            ended.set(true);
            assertThat(reads.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isPositive();
            assertThat(merges.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isGreaterThan(1);
        } finally {
            ended.set(true);
            threads.shutdownNow();
        }
        FileKeyVault again = FileKeyVault.open(home.keys(), newest);
        try (Orchestrator pfm = home.guarded(home.store(), home.blobs(), again).build()) {
            List<CheckpointRow> rows = pfm.checkpoints().list(ADA, 1_000);
            assertThat(rows)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(row -> assertThat(pfm.checkpoints().verify(ADA, row.version()))
                            .isEqualTo(new Verification.Intact(row.checkpointHash())));
        }
    }

    private static RootKey root(int number) {
        byte[] key = new byte[RootKey.BYTES];
        Arrays.fill(key, (byte) (100 + number));
        return RootKey.of(key);
    }
}
