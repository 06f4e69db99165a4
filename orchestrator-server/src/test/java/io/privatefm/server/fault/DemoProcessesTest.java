/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.cli.Pfm;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("pfm demo, in processes of its own,")
class DemoProcessesTest {
    private static final int KILLS = Share.of(3, 10, 500);
    private static final long LONGEST_NANOS = 4_000_000_000L;

    @TempDir
    private Path home;

    private ChildJvm demo(String startedBy, Object... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("demo", "--learners", "4", "--home", home.toString()));
        for (Object arg : more) {
            args.add(arg.toString());
        }
        return ChildJvm.start(Pfm.class, startedBy, args);
    }

    private void assertAuditIntact(Object... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("audit", "verify", "--home", home.toString()));
        for (Object arg : more) {
            args.add(arg.toString());
        }
        try (ChildJvm verify = ChildJvm.start(Pfm.class, "intact", args)) {
            assertThat(verify.end()).as("%s", verify.lines()).isZero();
            assertThat(verify.lines()).contains("intact: true", "waiting: 0");
        }
    }

    @Test
    @DisplayName("killed at any moment and run again, ends verified and complete")
    void killedAndRunAgain() throws Exception {
        long seed = Share.seed();
        Random random = new Random(seed);
        for (int kill = 0; kill < KILLS; kill++) {
            try (ChildJvm child = demo("4 learners")) {
                child.killAfter((long) (random.nextDouble() * LONGEST_NANOS));
            }
        }
        try (ChildJvm last = demo("4 learners")) {
            assertThat(last.end()).as("seed %s: %s", seed, last.lines()).isZero();
            assertThat(last.lines()).contains("verified 4 checkpoints: 0 damaged");
        }
        assertAuditIntact();
    }

    @Test
    @DisplayName("twice at the same time on one PostgreSQL database, merges no version of a namespace twice")
    void twoProcesses() throws Exception {
        String url = Postgres.emptySchema();
        try (ChildJvm one = demo("4 learners", "--database", url);
                ChildJvm two = demo("4 learners", "--database", url)) {
            assertThat(one.end()).as("%s", one.lines()).isZero();
            assertThat(two.end()).as("%s", two.lines()).isZero();
            assertThat(one.lines()).contains("verified 4 checkpoints: 0 damaged");
            assertThat(two.lines()).contains("verified 4 checkpoints: 0 damaged");
        }
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            assertThat(number(statement, "select count(*) from pfm_namespace")).isEqualTo(4);
            // a process may register a subject's adapter after the other has merged: that is the next version, merged
            // once
            assertThat(number(statement, "select count(*) from pfm_checkpoint"))
                    .isEqualTo(number(statement, "select sum(checkpoint_version) from pfm_namespace"))
                    .isEqualTo(number(statement, "select count(*) from pfm_event where type = 'MERGE_COMPLETED'"))
                    .isEqualTo(
                            number(statement, "select count(*) from pfm_audit where action = 'CHECKPOINT_PUBLISHED'"));
            assertThat(number(statement, "select count(*) from pfm_event where type = 'ADAPTER_REGISTERED'"))
                    .as("three subjects each, registered once")
                    .isEqualTo(12);
        }
        assertAuditIntact("--database", url);
    }

    private static long number(Statement statement, String query) throws Exception {
        try (ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }
}
