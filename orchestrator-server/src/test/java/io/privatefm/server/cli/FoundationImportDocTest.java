/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.foundation.FoundationRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("docs/foundation-import.md")
class FoundationImportDocTest {
    private static final Path DOC = Path.of("..", "docs", "foundation-import.md");

    @TempDir
    private Path folder;

    @Test
    @DisplayName("shows commands that work as written, and add a release")
    void commandsWork() throws IOException {
        List<String> commands = new ArrayList<>();
        for (String block : Files.readString(DOC).split("```", -1)) {
            if (block.contains("/tmp/pfm-")) {
                block.strip()
                        .replace("\\\n", " ")
                        .lines()
                        .filter(line -> line.startsWith("./pfm "))
                        .forEach(commands::add);
            }
        }
        assertThat(commands).hasSize(3);

        for (String command : commands) {
            Object[] args = command.replace("/tmp/", folder + "/")
                    .replaceFirst("^\\./pfm ", "")
                    .split(" +", -1);
            PfmRun.of(args).assertDone();
        }

        assertThat(FoundationDirectory.at(folder.resolve("pfm-import/foundation"))
                        .releases())
                .extracting(FoundationRelease::name)
                .containsExactly("release-1", "release-2");
    }

    @Test
    @DisplayName("names tests that there are")
    void tests() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("orchestrator-core", "orchestrator-server")) {
            try (var files = Files.walk(Path.of("..", module, "src", "test"))) {
                files.filter(file -> file.toString().endsWith("Test.java")).forEach(sources::add);
            }
        }
        List<String> names = sources.stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .toList();
        List<String> named = Pattern.compile("`([A-Za-z]+Test)`")
                .matcher(Files.readString(DOC))
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
        assertThat(named).hasSizeGreaterThan(5).isSubsetOf(names);
    }
}
