/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.access.ApiKey;
import io.privatefm.server.access.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("docs/access.md")
class AccessDocTest {
    private static final Path DOC = Path.of("..", "docs", "access.md");

    @TempDir
    private Path folder;

    @Test
    @DisplayName("shows commands that work as written, with the id that the list shows")
    void commandsWork() throws IOException {
        List<PfmRun> runs = new ArrayList<>();
        String id = "";
        for (String line : Files.readString(DOC)
                .lines()
                .filter(line -> line.matches("\\./pfm .*/tmp/pfm-.*"))
                .toList()) {
            String command = line.replace("/tmp/", folder + "/").replaceFirst("^\\./pfm ", "");
            PfmRun run = PfmRun.of((Object[]) command.replace(" ID", " " + id).split(" +", -1))
                    .assertDone();
            runs.add(run);
            id = command.startsWith("keys list")
                    ? run.out().substring(0, run.out().indexOf(' '))
                    : id;
        }

        assertThat(runs).hasSize(5);
        assertThat(runs.get(1).out().lines().filter(line -> line.startsWith("key: ")))
                .singleElement()
                .satisfies(line -> assertThat(ApiKey.parse(line.substring("key: ".length())))
                        .isPresent());
        assertThat(runs.get(4).out()).contains("state: REVOKED");
    }

    @Test
    @DisplayName("names all scopes, and the options of the commands")
    void complete() throws IOException {
        String doc = Files.readString(DOC);
        assertThat(Arrays.stream(Scope.values()).filter(scope -> scope != Scope.OPEN))
                .allSatisfy(
                        scope -> assertThat(doc).contains("| `" + scope.name().toLowerCase(Locale.ROOT) + "` |"));
        for (String command : List.of("create", "list", "rotate", "revoke")) {
            assertThat(PfmRun.of("keys", command, "--help")
                            .assertDone()
                            .out()
                            .lines()
                            .flatMap(line -> Arrays.stream(line.split("[^a-z-]+")))
                            .filter(word -> word.startsWith("--"))
                            .filter(word -> !List.of("--help", "--version").contains(word)))
                    .allSatisfy(option -> assertThat(doc).contains(option));
        }
    }
}
