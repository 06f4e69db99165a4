/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("pfm cleanup")
class CleanupCommandTest {
    @TempDir
    private Path dir;

    @Test
    @DisplayName("removes nothing that is within its time, or that is the newest, and says how much it looked at")
    void nothingToRemove() {
        Path home = dir.resolve("home");
        PfmRun.of("demo", "--learners", 2, "--without-recovery", "--home", home).assertDone();

        JsonNode report = PfmRun.of("cleanup", "--home", home, "--days", 0, "--keep", 2, "--json")
                .assertDone()
                .json();

        assertThat(report.path("namespaces").asInt()).isEqualTo(2);
        assertThat(report.path("checkpoints_removed").asInt()).isZero();
        assertThat(report.path("namespaces_skipped").asInt()).isZero();
        PfmRun.of("demo", "--learners", 2, "--without-recovery", "--home", home).assertDone();
    }

    @ParameterizedTest
    @CsvSource({"--days,-1", "--days,x", "--keep,1", "--keep,0"})
    @DisplayName("refuses what would leave too little")
    void refused(String option, String value) {
        Path home = dir.resolve("home");
        PfmRun.of("demo", "--learners", 1, "--without-recovery", "--home", home).assertDone();

        assertThat(PfmRun.of("cleanup", "--home", home, option + "=" + value).exitCode())
                .isEqualTo(ExitCode.BAD_INPUT);
    }
}
