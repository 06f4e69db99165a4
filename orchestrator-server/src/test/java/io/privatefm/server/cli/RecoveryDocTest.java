/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("docs/recovery.md")
class RecoveryDocTest {
    private static final Path DOC = Path.of("..", "docs", "recovery.md");

    @TempDir
    private Path folder;

    @Test
    @DisplayName("shows commands that work as written, and print the hashes that it shows")
    void commandsWork() throws IOException {
        String doc = Files.readString(DOC);
        List<PfmRun> runs = new ArrayList<>();
        for (String line : doc.lines()
                .filter(line -> line.matches("\\./pfm .*/tmp/pfm-.*"))
                .toList()) {
            Object[] args = line.replace("/tmp/", folder + "/")
                    .replaceFirst("^\\./pfm ", "")
                    .split(" +", -1);
            runs.add(PfmRun.of(args));
        }

        assertThat(runs).extracting(PfmRun::exitCode).containsExactly(0, 1, 0, 0);
        assertThat(runs.get(0).out().lines().filter(line -> line.startsWith("  ") && line.contains("content hash of")))
                .singleElement()
                .satisfies(line -> assertThat(doc).contains(line));
        assertThat(doc).contains(runs.get(2).out()).contains(runs.get(3).out());
    }
}
