/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A fallback whose process is killed")
class FallbackKillTest {
    private static final int KILLS = Share.of(4, 14, 1_000);
    private static final LearnerId LEARNER = Workload.learners().get(0);
    private static final int ALL = 10_000;
    private static final int PATIENCE = 100_000;

    @TempDir
    private Path home;

    private final Random random = new Random(Share.seed());

    @Test
    @DisplayName("at any of its points is finished by the next process, once, to the same hash, on PostgreSQL")
    void postgres() throws Exception {
        kills(Optional.of(Postgres.emptySchema()));
    }

    @Test
    @DisplayName("at any of its points is finished by the next process, once, to the same hash, on H2")
    void h2() throws Exception {
        kills(Optional.empty());
    }

    private void kills(Optional<String> database) throws Exception {
        Workload workload = new Workload(home);
        workload.prepare(database);
        Invariants invariants = new Invariants(home);
        workload.run(1, new KillPoints(0));
        Invariants.shutDown(workload);
        Map<Path, byte[]> damaged = damage(0);
        assertThat(scrubElsewhere(0)).isTrue();
        finished("undisturbed", damaged);
        List<String> points = Files.readAllLines(home.resolve("points"));
        List<String> kinds = new ArrayList<>(new LinkedHashSet<>(points));
        Collections.shuffle(kinds, random);
        int begun = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            int point = place(points, kinds.get(kill % kinds.size()));
            String how = points.get(point - 1) + " (point " + point + "), replay with -Dpfm.seed=" + Share.seed();
            damaged = damage(kill);
            scrubElsewhere(point);
            begun += finished(how, damaged) ? 1 : 0;
            invariants.check(List.of());
        }
        assertThat(begun)
                .as("fallbacks that had begun, and not ended, when their process was killed")
                .isPositive();
    }

    private int place(List<String> points, String kind) {
        List<Integer> places = new ArrayList<>();
        for (int at = points.size() / 5; at < points.size(); at++) { // before that it only looks
            if (points.get(at).equals(kind)) {
                places.add(at + 1);
            }
        }
        return places.isEmpty() ? points.size() / 2 : places.get(random.nextInt(places.size()));
    }

    /** Damages the newest checkpoint's manifest or variant on the disk; gives the files as they were. */
    private Map<Path, byte[]> damage(int number) throws Exception {
        CheckpointRow newest = with(pfm -> pfm.checkpoints().latest(LEARNER).orElseThrow());
        Sha256 blob = number % 2 == 0 ? newest.variants().get(0).blob() : newest.manifestBlob();
        Map<Path, byte[]> before = new TreeMap<>();
        for (Path file : files(blob)) {
            byte[] bytes = Files.readAllBytes(file);
            before.put(file, bytes.clone());
            bytes[random.nextInt(bytes.length)] ^= 4;
            Files.delete(file);
            Files.write(file, bytes);
        }
        assertThat(before).as("the files of blob %s", blob).hasSize(1);
        return before;
    }

    private List<Path> files(Sha256 blob) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(file -> file.getFileName().toString().contains(blob.hex()))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }

    private boolean scrubElsewhere(int point) throws Exception {
        try (ChildJvm child = ChildJvm.start(
                FallbackProcess.class, FallbackProcess.STARTED, List.of(home.toString(), Integer.toString(point)))) {
            child.end();
            assertThat(child.lines()).contains(FallbackProcess.STARTED);
            return child.lines().contains(FallbackProcess.ENDED);
        }
    }

    /** Goes on in this process until all is well; gives whether the other had begun and not ended. */
    private boolean finished(String how, Map<Path, byte[]> damaged) throws Exception {
        boolean begun = with(pfm -> {
            NamespaceRow left = pfm.namespaces().get(LEARNER);
            for (int round = 0; !isSound(pfm); round++) { // the lease of the process that was killed
                assertThat(round).as(how).isLessThan(PATIENCE);
                pfm.merges().runNight();
                pfm.recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
            }
            List<EventRow> events = pfm.namespaces().events(LEARNER, 1, ALL);
            RecordedLog log = RecordedLog.of(events);
            assertThat(log.fallback()).as(how).isEmpty();
            assertThat(count(events, "FALLBACK_FAILED")).as(how).isZero();
            assertThat(count(events, "FALLBACK_COMPLETED"))
                    .as(how)
                    .isEqualTo(count(events, "FALLBACK_INITIATED"))
                    .isEqualTo(pfm.checkpoints().list(LEARNER, ALL).size() - 1);
            assertThat(pfm.checkpoints().list(LEARNER, ALL))
                    .extracting(CheckpointRow::checkpointHash)
                    .as(how)
                    .containsOnly(log.checkpoints().get(1L).checkpointHash());
            return left.state() == NamespaceState.FALLBACK;
        });
        for (Map.Entry<Path, byte[]> file : damaged.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
        return begun;
    }

    private static boolean isSound(Orchestrator pfm) {
        CheckpointRow newest = pfm.checkpoints().latest(LEARNER).orElseThrow();
        return pfm.namespaces().get(LEARNER).state() == NamespaceState.ACTIVE
                && pfm.checkpoints().verify(LEARNER, newest.version()) instanceof Verification.Intact;
    }

    private static long count(List<EventRow> events, String type) {
        return events.stream().filter(event -> event.type().equals(type)).count();
    }

    private interface Use<T> {
        T of(Orchestrator pfm) throws Exception;
    }

    private <T> T with(Use<T> use) throws Exception {
        Workload workload = new Workload(home);
        JdbcStore store = JdbcStore.open(workload.dataSource(), SchemaMode.MIGRATE);
        try (Orchestrator pfm = workload.builder(store, workload.blobs()).build()) {
            return use.of(pfm);
        } finally {
            Invariants.shutDown(workload);
        }
    }
}
