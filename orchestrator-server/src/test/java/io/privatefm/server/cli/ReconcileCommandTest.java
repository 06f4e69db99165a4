/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("pfm reconcile")
class ReconcileCommandTest {
    private static final String HERE = "7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11";
    private static final String DELETED = "c0a8f7d2-3b1e-4f6a-8d55-91e2b7c4a603";

    @TempDir
    private static Path folder;

    private static Path home;

    /** One learner who is there, and one who was deleted. */
    @BeforeAll
    static void make() {
        home = folder.resolve("home");
        PfmRun.of("demo", "--learners", 2, "--without-recovery", "--delete-one", "--home", home)
                .assertDone();
    }

    private static PfmRun reconcile(String learners, Object... more) throws IOException {
        Path file = Files.writeString(Files.createTempFile(folder, "learners", ".txt"), learners);
        Object[] args = new Object[5 + more.length];
        System.arraycopy(new Object[] {"reconcile", "--home", home, "--learners", file}, 0, args, 0, 5);
        System.arraycopy(more, 0, args, 5, more.length);
        return PfmRun.of(args);
    }

    @Test
    @DisplayName("names who is missing and who was deleted, and ends with 1 since somebody is missing")
    void missing() throws IOException {
        PfmRun run = reconcile("zoe\n" + HERE + "\n\n  ada  \n" + DELETED + "\n");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out().lines())
                .containsExactly("missing: zoe", "missing: ada", "deleted: " + DELETED, "looked: 4");
        assertThat(run.err()).isEmpty();
    }

    @Test
    @DisplayName("ends with 0 if nobody is missing, also where somebody was deleted, and for no learners at all")
    void complete() throws IOException {
        assertThat(reconcile(HERE + "\n" + DELETED).assertDone().out().lines())
                .containsExactly("deleted: " + DELETED, "looked: 2");
        assertThat(reconcile("").assertDone().out().lines()).containsExactly("looked: 0");
    }

    @Test
    @DisplayName("prints one JSON object")
    void json() throws IOException {
        PfmRun run = reconcile("ada\n" + HERE + "\n" + DELETED, "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out().strip())
                .isEqualTo("{\"looked\":3,\"missing\":[\"ada\"],\"deleted\":[\"" + DELETED + "\"]}");
    }

    @Test
    @DisplayName("reads standard input")
    void standardInput() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("ada\n".getBytes(StandardCharsets.UTF_8)));
        try {
            PfmRun run = PfmRun.of("reconcile", "--home", home, "--learners", "-");
            assertThat(run.out().lines()).containsExactly("missing: ada", "looked: 1");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    @DisplayName("refuses what is no learner id, by its line, and a file that is not there")
    void refused() throws IOException {
        reconcile(HERE + "\nfirst name\n").assertRefused("line 2");
        PfmRun.of("reconcile", "--home", home, "--learners", folder.resolve("absent"))
                .assertRefused("there is no file");
    }
}
