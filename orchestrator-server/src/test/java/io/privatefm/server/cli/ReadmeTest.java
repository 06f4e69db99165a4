/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The README")
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final String DEMO_HOME = "/tmp/pfm-demo";
    private static final String DELETION_HOME = "/tmp/pfm-deletion";

    @TempDir
    private Path folder;

    @Test
    @DisplayName("shows commands that work as written and print the hash it promises")
    void commandsWork() throws IOException {
        List<String> commands = commands(DEMO_HOME);
        assertThat(commands).hasSize(4);

        String printed = "";
        for (String command : commands) {
            printed = run(command.replace(DEMO_HOME, folder.resolve("demo").toString()));
        }

        String promised = Files.readString(README).replaceAll("(?s).*starts with `([0-9a-f]{12})`.*", "$1");
        assertThat(printed).startsWith(promised);
    }

    @Test
    @DisplayName("shows how a learner is deleted and how the receipt is checked")
    void deletion() throws IOException {
        List<String> commands = commands(DELETION_HOME);
        assertThat(commands).hasSize(2);
        Path home = folder.resolve("deletion");

        String printed = run(commands.get(0).replace(DELETION_HOME, home.toString()));
        String receipt = printed.replaceAll("(?s).* --receipt (\\S+).*", "$1");

        assertThat(run(commands.get(1).replace(DELETION_HOME, home.toString()).replace("FILE", receipt)))
                .contains("intact: true", "deleted: ");
    }

    private static String run(String command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] args = command.replaceFirst("^\\./pfm ", "").split(" +", -1);
        int exit = Pfm.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        assertThat(exit).as(command + "\n" + err).isZero();
        return out.toString();
    }

    @Test
    @DisplayName("names every command that there is, with the options that it has")
    void synopsisIsComplete() throws IOException {
        String readme = Files.readString(README);
        StringWriter usage = new StringWriter();
        Pfm.run(new PrintWriter(usage, true), new PrintWriter(usage, true), "--help");

        for (String name : List.of(
                "demo",
                "merge",
                "hash",
                "verify",
                "export",
                "audit verify",
                "cleanup",
                "scrub",
                "fallback",
                "restore",
                "reconcile",
                "dead-letters list",
                "dead-letters redeliver",
                "foundation sign",
                "foundation import")) {
            assertThat(usage.toString()).contains("  " + name.split(" ", -1)[0]);
            StringWriter help = new StringWriter();
            Pfm.run(new PrintWriter(help, true), new PrintWriter(help, true), (name + " --help").split(" ", -1));
            String synopsis = readme.lines()
                    .filter(line -> line.startsWith("./pfm " + name))
                    .findFirst()
                    .orElseThrow();
            for (String word : synopsis.split("[\\[\\] …]+", -1)) {
                if (word.startsWith("--")) {
                    assertThat(help.toString()).contains(word);
                }
            }
        }
    }

    /** The commands of the one block that uses a fixed home, continuation lines joined. */
    private static List<String> commands(String home) throws IOException {
        List<String> commands = new ArrayList<>();
        for (String block : Files.readString(README).split("```", -1)) {
            if (block.contains(home)) {
                block.strip()
                        .replace("\\\n", " ")
                        .lines()
                        .filter(line -> line.startsWith("./pfm "))
                        .forEach(commands::add);
            }
        }
        return commands;
    }
}
