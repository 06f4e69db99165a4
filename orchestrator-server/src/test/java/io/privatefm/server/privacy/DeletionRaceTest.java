/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import static io.privatefm.server.privacy.PrivateHome.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.fault.ChildJvm;
import io.privatefm.server.fault.KillPoints;
import io.privatefm.server.fault.Share;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.audit.AuditVerdict;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.OrchestratorStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every failure prints the seed that replays it; where threads or processes race, the seed gives the same choices, not the same instant. */
@DisplayName("A learner's deletion")
class DeletionRaceTest {
    private static final int KILLS = Share.of(2, 10, 500);
    private static final int PAIRS = Share.of(8, 80, 3_000);
    private static final int RACES = Share.of(8, 80, 3_000);
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path dir;

    private static LearnerId learner(int number) {
        return LearnerId.of("learner-to-be-forgotten-" + number);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("whose process is killed at any point is finished by the next one's start, or was never begun")
    void killed(Database kind) throws Exception {
        PrivateHome home = PrivateHome.create(dir.resolve("home"), kind);
        long seed = Share.seed();
        Random random = new Random(seed);
        prepare(home, 0);
        assertThat(deleteElsewhere(home, 0, 0)).contains(DeletingProcess.DELETED);
        List<String> points = Files.readAllLines(home.folder("points"));
        int begun = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            int part = (kill - 1) % Math.min(KILLS, points.size()); // spread over the whole deletion
            int point = (int) ((part + random.nextDouble()) * points.size() / Math.min(KILLS, points.size())) + 1;
            NsUid uid = prepare(home, kill);
            String how = points.get(point - 1) + " (point " + point + "), replay with -Dpfm.seed=" + seed;
            List<String> said = deleteElsewhere(home, kill, point);
            boolean finished = assertFinished(home, learner(kill), uid, how);
            assertThat(finished || !said.contains(DeletingProcess.DELETED))
                    .as(how)
                    .isTrue();
            begun += finished ? 1 : 0;
        }
        assertThat(begun).as("deletions that were begun before the kill").isPositive();
        assertThat(home.audit()).isInstanceOf(AuditVerdict.Intact.class);
    }

    private static NsUid prepare(PrivateHome home, int number) throws Exception {
        try (Orchestrator pfm = home.open()) {
            PrivateHome.checkpoints(pfm, learner(number), number + 1);
        }
        NsUid uid = home.uid(learner(number));
        home.letGo();
        return uid;
    }

    /** What a process said that was to delete a learner. */
    private static List<String> deleteElsewhere(PrivateHome home, int number, int point) throws Exception {
        try (ChildJvm child = ChildJvm.start(
                DeletingProcess.class,
                DeletingProcess.STARTED,
                List.of(home.folder(".").normalize().toString(), learner(number).value(), Integer.toString(point)))) {
            child.end();
            assertThat(child.lines()).contains(DeletingProcess.STARTED);
            return child.lines();
        }
    }

    /** Gives whether it was begun when its process was killed. */
    private static boolean assertFinished(PrivateHome home, LearnerId learner, NsUid uid, String how) throws Exception {
        boolean begun;
        try (Orchestrator pfm = home.open()) {
            pfm.start();
            begun = pfm.namespaces().find(learner).isEmpty();
            if (!begun) {
                assertThat(pfm.checkpoints().verify(learner, 1)).as(how).isInstanceOf(Verification.Intact.class);
            }
            assertThat(pfm.guardian().delete(PrivateHome.deletionOf(learner)))
                    .as(how)
                    .isInstanceOf(DeletionOutcome.Deleted.class);
        }
        assertGone(home, learner, uid, how);
        home.letGo();
        return begun;
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("that a merge and the deletion itself are stopped for, at any two of their points, leaves nothing")
    void interleaved(Database kind) throws Exception {
        against(kind, PAIRS, true);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("that begins at any point of a nightly merge, and races it, leaves nothing")
    void racing(Database kind) throws Exception {
        against(kind, RACES, false);
    }

    private void against(Database kind, int rounds, boolean stopping) throws Exception {
        PrivateHome home = PrivateHome.create(dir.resolve("home"), kind);
        long seed = Share.seed();
        Random random = new Random(seed);
        ExecutorService deleter = Executors.newSingleThreadExecutor();
        try {
            int most = 1;
            int mostOfDeletion = 1;
            for (int round = 0; round < rounds; round++) {
                int point = round == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(most);
                int stop = round == 0 || !stopping ? 0 : random.nextInt(mostOfDeletion + 1);
                String how = "merge at point " + point + ", deletion at point " + stop + ", round " + round
                        + ", replay with -Dpfm.seed=" + seed;
                Meeting meeting = new Meeting(home, learner(round), stopping);
                NsUid uid = meeting.run(deleter, point, stop, how);
                assertGone(home, learner(round), uid, how);
                if (round == 0) {
                    most = meeting.points();
                    mostOfDeletion = meeting.deletionPoints();
                    assertThat(most).isGreaterThan(10);
                    assertThat(mostOfDeletion).isGreaterThan(5);
                }
            }
            try (Orchestrator pfm = home.open()) {
                pfm.upkeep().sequenceAudit();
            }
            assertThat(home.audit()).isInstanceOf(AuditVerdict.Intact.class);
        } finally {
            deleter.shutdownNow();
        }
    }

    /** A nightly merge of one learner, and that learner's deletion. */
    private static final class Meeting {
        private final PrivateHome home;
        private final LearnerId learner;
        private final boolean stopping;
        private final CountDownLatch begin = new CountDownLatch(1);
        private final CountDownLatch stoppedOrEnded = new CountDownLatch(1);
        private final CountDownLatch merged = new CountDownLatch(1);
        private int points;
        private int deletionPoints;

        Meeting(PrivateHome home, LearnerId learner, boolean stopping) {
            this.home = home;
            this.learner = learner;
            this.stopping = stopping;
        }

        NsUid run(ExecutorService deleter, int point, int stop, String how) throws Exception {
            try (EventBus bus = InMemory.bus();
                    Orchestrator pfm = home.guarded().eventBus(bus).build()) {
                pfm.namespaces().provision(learner, List.of(MATH));
                pfm.adapters()
                        .register(
                                learner,
                                MATH,
                                PrivateHome.adapter(learner.hashCode()).files());
                NsUid uid = home.uid(learner);
                Future<DeletionOutcome> deletion = deleter.submit(() -> delete(stop));
                merge(point);
                merged.countDown();
                begin.countDown(); // if the merge did not come that far
                assertThat(deletion.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .as(how)
                        .isInstanceOf(DeletionOutcome.Deleted.class);
                pfm.guardian().resume(); // destroys what a late worker left
                return uid;
            }
        }

        private void merge(int point) {
            KillPoints merge = KillPoints.between(point, () -> {
                begin.countDown();
                if (stopping) {
                    await(stoppedOrEnded);
                }
            });
            try (EventBus bus = InMemory.bus();
                    Orchestrator pfm = home.guarded(
                                    merge.watch(OrchestratorStore.class, home.store()),
                                    merge.watch(BlobStore.class, home.blobs()),
                                    merge.watch(KeyVault.class, home.vault()))
                            .eventBus(bus)
                            .build()) {
                pfm.merges().runNight();
            } finally {
                points = merge.passed().size();
            }
        }

        private DeletionOutcome delete(int stop) throws Exception {
            KillPoints deletion = KillPoints.between(stop, () -> {
                stoppedOrEnded.countDown();
                await(merged);
            });
            try (EventBus bus = InMemory.bus();
                    Orchestrator pfm = home.guarded(
                                    deletion.watch(OrchestratorStore.class, home.store()),
                                    deletion.watch(BlobStore.class, home.blobs()),
                                    deletion.watch(KeyVault.class, home.vault()))
                            .eventBus(bus)
                            .build()) {
                await(begin);
                return pfm.guardian().delete(PrivateHome.deletionOf(learner));
            } finally {
                deletionPoints = deletion.passed().size();
                stoppedOrEnded.countDown();
            }
        }

        int points() {
            return points;
        }

        int deletionPoints() {
            return deletionPoints;
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Nothing is left: no row but the tombstone and the audit entries, no message but the last, no file. */
    private static void assertGone(PrivateHome home, LearnerId learner, NsUid uid, String how) throws Exception {
        Sql sql = home.sql();
        for (String table : List.of("event", "adapter", "checkpoint", "variant", "data_key", "orphan")) {
            assertThat(sql.texts("select ns_uid from pfm_" + table + " where ns_uid = ?", uid.value()))
                    .as("rows in %s: %s", table, how)
                    .isEmpty();
        }
        Optional<String> message = sql.texts("select topic from pfm_outbox where ns_uid = ?", uid.value()).stream()
                .reduce((one, other) -> one + " " + other);
        assertThat(message.orElse("NAMESPACE_DELETED")).as(how).isEqualTo("NAMESPACE_DELETED");
        assertThat(new String(sql.dump(), StandardCharsets.UTF_8))
                .as(how)
                .doesNotContain(learner.value() + "\n", "\"" + learner.value() + "\"");
        try (Stream<Path> files = Files.walk(home.data())) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> home.data().relativize(file).toString())
                            .filter(file -> file.contains(uid.value())))
                    .as(how)
                    .isEmpty();
        }
        assertThatThrownBy(() -> home.vault().wrap(uid, new byte[32])).isInstanceOf(KeyDestroyedException.class);
    }
}
