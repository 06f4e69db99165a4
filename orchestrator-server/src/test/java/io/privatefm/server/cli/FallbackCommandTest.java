/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static io.privatefm.server.cli.PreparedHome.TRAINED;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.store.CheckpointRow;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("pfm fallback")
class FallbackCommandTest {
    @TempDir
    private static Path folder;

    private static PreparedHome prepared;

    @TempDir
    private Path dir;

    private PreparedHome home;

    @BeforeAll
    static void demo() {
        prepared = PreparedHome.make(folder, 1, 1);
    }

    @BeforeEach
    void copy() throws IOException {
        home = prepared.copy(dir);
    }

    @Test
    @DisplayName("computes everything anew and proves that it is what was recorded")
    void anew() throws IOException {
        CheckpointRow before = home.newest(TRAINED);
        PreparedHome.flip(home.variant(TRAINED));

        PfmRun run = home.run("fallback", "--learner", TRAINED, "--json").assertDone();

        assertThat(run.json().path("outcome").textValue()).isEqualTo("recovered");
        assertThat(run.json().path("rung").textValue()).isEqualTo("REPLAY");
        assertThat(run.json().path("proven").asInt()).isEqualTo(3);
        assertThat(run.json().path("version").asLong()).isEqualTo(2);
        assertThat(run.json().path("checkpoint_hash").textValue())
                .isEqualTo(before.checkpointHash().hex());
        assertThat(run.json().path("content_hashes").path("math").textValue())
                .isEqualTo(before.variants().get(0).contentHash().hex());
        assertThat(home.newest(TRAINED).checkpointHash()).isEqualTo(before.checkpointHash());
        assertThat(PfmRun.of("audit", "verify", "--home", home.path())
                        .assertDone()
                        .out())
                .contains("waiting: 0");
        assertThat(home.run("fallback", "--learner", TRAINED).assertDone().out())
                .startsWith("recovered by REPLAY, version 3 on release-1, checkpoint hash " + before.checkpointHash());
    }

    @Test
    @DisplayName("tells the other processes by the outbox, which keeps the messages for one that has the bus")
    void messages() {
        long before = home.inTransaction(tx -> tx.outbox().depth());

        home.run("fallback", "--learner", TRAINED).assertDone();

        assertThat(home.<Long>inTransaction(tx -> tx.outbox().depth()))
                .as("initiated, merged, completed")
                .isEqualTo(before + 3);
        PfmRun.of("demo", "--learners", 1, "--without-recovery", "--home", home.path())
                .assertDone();
        assertThat(home.<Long>inTransaction(tx -> tx.outbox().depth())).isZero();
    }

    @Test
    @DisplayName("computes nothing from an event log that lacks an event: exit code 1 and one line, nothing is changed")
    void eventGone() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:h2:file:" + home.path().resolve("db/pfm"));
                Statement statement = connection.createStatement()) {
            statement.execute("delete from pfm_event where seq = 3");
        }

        PfmRun run = home.run("fallback", "--learner", TRAINED);

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("pfm: halted: CORRUPT_DATA");
        assertThat(home.newest(TRAINED).version()).isEqualTo(1);
        PfmRun json = home.run("fallback", "--learner", TRAINED, "--json");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(json.json().path("outcome").textValue()).isEqualTo("halted");
    }

    @Test
    @DisplayName("refuses a learner who is not there, and anything but one of a learner and --resume")
    void refused() {
        home.run("fallback", "--learner", "nobody").assertRefused("no namespace of learner nobody");
        home.run("fallback").assertRefused("--learner", "--resume");
        home.run("fallback", "--learner", TRAINED, "--resume").assertRefused("exclusive");
        PfmRun.of("fallback", "--home", dir.resolve("nothing"), "--learner", TRAINED)
                .assertRefused("no data directory");
    }

    @Test
    @DisplayName("lets fallbacks go on that were never stopped, which changes nothing")
    void resume() {
        assertThat(home.run("fallback", "--resume", "--json")
                        .assertDone()
                        .json()
                        .path("stopped_now")
                        .textValue())
                .isEqualTo("no");
    }
}
