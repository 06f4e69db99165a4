/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A process that is killed")
class KilledProcessTest {
    private static final int KILLS = Share.of(12, 80, 10_000);
    private static final int KILLS_ON_H2 = Share.of(6, 60, 10_000);
    private static final long LONGEST_NANOS = 1_200_000_000;

    @TempDir
    private Path home;

    @Test
    @DisplayName("at any point or moment leaves the state before or after, and the next one goes on, on PostgreSQL")
    void postgres() throws Exception {
        new Workload(home).prepare(Optional.of(Postgres.emptySchema()));
        anyMoment(KILLS);
    }

    @Test
    @DisplayName("at any point or moment leaves the state before or after, and the next one goes on, on H2")
    void h2() throws Exception {
        new Workload(home).prepare(Optional.empty());
        anyMoment(KILLS_ON_H2);
    }

    private void anyMoment(int kills) throws Exception {
        long seed = Share.seed();
        Random random = new Random(seed);
        Invariants invariants = new Invariants(home);
        List<String> acknowledged = new ArrayList<>(completeNight(1));
        List<String> points = Files.readAllLines(home.resolve("points"));
        List<String> kinds = new ArrayList<>(new LinkedHashSet<>(points));
        Collections.shuffle(kinds, random);
        int killed = 0;
        for (int kill = 0; kill < kills; kill++) {
            String how = "seed " + seed + ", kill " + kill;
            try {
                if (kill % 2 == 0) {
                    String kind = kinds.get(kill / 2 % kinds.size());
                    List<Integer> places = new ArrayList<>();
                    for (int at = 0; at < points.size(); at++) {
                        if (points.get(at).equals(kind)) {
                            places.add(at + 1);
                        }
                    }
                    int place = places.get(random.nextInt(places.size()));
                    how += ", " + kind + " (point " + place + ")";
                    killed += night(kill + 2, place, -1, acknowledged) ? 1 : 0;
                } else {
                    long nanos = (long) (random.nextDouble() * LONGEST_NANOS);
                    how += ", SIGKILL " + nanos / 1_000_000 + " ms after its start";
                    killed += night(kill + 2, 0, nanos, acknowledged) ? 1 : 0;
                }
                invariants.check(acknowledged);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(how + "; replay with -Dpfm.seed=" + seed, e);
            }
        }
        acknowledged.addAll(completeNight(kills + 2));
        invariants.check(acknowledged);
        invariants.checkComplete(kills + 2);
        assertThat(killed).as("of %s processes, killed before their end", kills).isGreaterThan(kills / 2);
    }

    private List<String> completeNight(int night) throws Exception {
        List<String> acknowledged = new ArrayList<>();
        assertThat(night(night, 0, -1, acknowledged)).isFalse();
        return acknowledged;
    }

    /** Runs a night; gives whether it was killed. */
    private boolean night(int night, long point, long nanos, List<String> acknowledged) throws Exception {
        try (ChildJvm child = ChildJvm.start(
                Workload.class, "STARTED", List.of(home.toString(), Integer.toString(night), Long.toString(point)))) {
            if (nanos >= 0) {
                child.killAfter(nanos);
            } else {
                child.end();
            }
            child.lines().stream().filter(line -> line.startsWith("ACK ")).forEach(acknowledged::add);
            if (Boolean.getBoolean("pfm.debug"))
                System.out.println("NIGHT " + night + " " + point + " " + nanos + " " + child.lines());
            boolean ended = child.lines().contains("END");
            if (!ended && point == 0 && nanos < 0) {
                throw new AssertionError(String.join("\n", child.lines()));
            }
            return !ended;
        }
    }
}
