/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static io.privatefm.server.cli.PreparedHome.DERIVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("pfm restore")
class RestoreCommandTest {
    @TempDir
    private static Path folder;

    private static PreparedHome prepared;

    @TempDir
    private Path dir;

    private PreparedHome home;

    @BeforeAll
    static void demo() {
        prepared = PreparedHome.make(folder, 3, 1, 2);
    }

    @BeforeEach
    void copy() throws IOException {
        home = prepared.copy(dir);
    }

    @Test
    @DisplayName("brings an earlier version back as a new one with the same content hash, also if it is damaged")
    void version() throws IOException {
        CheckpointRow first = home.checkpoints(DERIVED).get(1);
        assertThat(home.newest(DERIVED).checkpointHash()).isNotEqualTo(first.checkpointHash());
        PreparedHome.flip(home.blob(first, first.variants().get(0).blob()));

        PfmRun run = home.run("restore", "--learner", DERIVED, "--version", 1, "--json")
                .assertDone();

        assertThat(run.json().path("version").asLong()).isEqualTo(3);
        assertThat(run.json().path("proven").asInt()).isEqualTo(3);
        assertThat(run.json().path("checkpoint_hash").textValue())
                .isEqualTo(first.checkpointHash().hex());
        assertThat(home.newest(DERIVED).checkpointHash()).isEqualTo(first.checkpointHash());
    }

    @Test
    @DisplayName("brings back what was the newest at a time")
    void time() {
        CheckpointRow first = home.checkpoints(DERIVED).get(1);
        Instant merged = home.inTransaction(tx -> tx.events(first.nsUid(), 1, 100)).stream()
                .filter(event -> event.type().equals("MERGE_COMPLETED"))
                .map(EventRow::at)
                .findFirst()
                .orElseThrow();

        PfmRun run = home.run("restore", "--learner", DERIVED, "--time", merged).assertDone();

        assertThat(run.out())
                .startsWith("recovered by REPLAY, version 3 on release-1, checkpoint hash " + first.checkpointHash());
        assertThat(PfmRun.of("audit", "verify", "--home", home.path())
                        .assertDone()
                        .out())
                .contains("waiting: 0");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "--version=77,has no version 77",
        "--version=0,version 0",
        "--version=x,--version",
        "--time=2020-01-01T00:00:00Z,no checkpoint yet",
        "--time=yesterday,must be like",
        "--json,--version"
    })
    @DisplayName("refuses")
    void refused(String option, String reason) {
        home.run("restore", "--learner", DERIVED, option).assertRefused(reason);
    }

    @Test
    @DisplayName("refuses a learner who is not there, and a version together with a time")
    void refusedAlso() {
        home.run("restore", "--learner", "nobody", "--version", 1).assertRefused("no namespace of learner nobody");
        home.run("restore", "--learner", DERIVED, "--version", 1, "--time", "2030-01-01T00:00:00Z")
                .assertRefused("exclusive");
    }
}
