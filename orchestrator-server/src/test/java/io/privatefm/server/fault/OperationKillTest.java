/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.TinyAdapters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Operations whose process is killed")
class OperationKillTest {
    private static final int KILLS = Share.of(3, 6, 60);
    private static final long LONGEST_NANOS = 300_000_000;

    @TempDir
    private Path home;

    @Test
    @DisplayName("are ended by the next process, each once, on PostgreSQL")
    void postgres() throws Exception {
        new Workload(home).prepare(Optional.of(Postgres.emptySchema()));
        kill();
    }

    @Test
    @DisplayName("are ended by the next process, each once, on H2")
    void h2() throws Exception {
        new Workload(home).prepare(Optional.empty());
        kill();
    }

    private void kill() throws Exception {
        long seed = Share.seed();
        Random random = new Random(seed);
        prepare();
        Set<String> acknowledged = new LinkedHashSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            boolean atEvent = kill % 3 < OperationProcess.deaths().size();
            String event = atEvent ? OperationProcess.deaths().get(kill % 3) : "none";
            List<String> lines = run(event, atEvent ? 1 : 0, (long) (random.nextDouble() * LONGEST_NANOS));
            lines.stream().filter(line -> line.startsWith("ACK ")).forEach(acknowledged::add);
        }

        List<String> lines = run("none", 0, -1);

        String how = "seed " + seed + ": " + String.join("\n", lines);
        assertThat(lines).as(how).contains(OperationProcess.ENDED);
        lines.stream().filter(line -> line.startsWith("ACK ")).forEach(acknowledged::add);
        assertThat(acknowledged).as("one operation for each learner; %s", how).hasSize(OperationProcess.LEARNERS);
        Set<String> ended = acknowledged.stream()
                .map(line -> "ENDED " + line.substring(line.lastIndexOf(' ') + 1) + " SUCCEEDED")
                .collect(Collectors.toSet());
        assertThat(lines).as(how).containsAll(ended);
        assertMergedOnce();
    }

    /** Learners with something to merge. */
    private void prepare() throws Exception {
        Workload workload = new Workload(home);
        try (Orchestrator pfm = open(workload)) {
            for (LearnerId learner : OperationProcess.learners()) {
                pfm.namespaces().provision(learner, List.of(Workload.MATH));
                pfm.adapters()
                        .register(
                                learner,
                                Workload.MATH,
                                TinyAdapters.plain(Workload.MODEL, 1, "c_attn").files());
            }
        }
        Invariants.shutDown(workload);
    }

    private void assertMergedOnce() throws Exception {
        Workload workload = new Workload(home);
        try (Orchestrator pfm = open(workload)) {
            for (LearnerId learner : OperationProcess.learners()) {
                assertThat(pfm.checkpoints().latest(learner).orElseThrow().version())
                        .isEqualTo(1);
                assertThat(pfm.checkpoints().verify(learner, 1)).isInstanceOf(Verification.Intact.class);
            }
        }
        Invariants.shutDown(workload);
    }

    private static Orchestrator open(Workload workload) throws Exception {
        return workload.builder(JdbcStore.open(workload.dataSource(), SchemaMode.MIGRATE), workload.blobs())
                .build();
    }

    private List<String> run(String event, int at, long nanos) throws Exception {
        List<String> args = List.of(home.toString(), event, Integer.toString(at));
        try (ChildJvm child = ChildJvm.start(OperationProcess.class, OperationProcess.STARTED, args)) {
            if (at == 0 && nanos >= 0) {
                child.killAfter(nanos);
            } else {
                child.end();
            }
            return new ArrayList<>(child.lines());
        }
    }
}
