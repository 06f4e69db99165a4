/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("pfm demo")
class DemoCommandTest {
    private static final Pattern ROW =
            Pattern.compile("(\\S+) +1  (math|reading|science) +([0-9a-f]{64}) +(\\d+) +(\\d+)");

    @TempDir
    Path dir;

    private static List<Matcher> rows(PfmRun run) {
        return run.out().lines().map(ROW::matcher).filter(Matcher::matches).toList();
    }

    /** The arguments of a command that the demo prints, without {@code ./pfm}. */
    private static Object[] printed(PfmRun run, String label) {
        String line = run.out()
                .lines()
                .filter(candidate -> candidate.startsWith(label))
                .findFirst()
                .orElseThrow();
        List<String> words =
                Arrays.asList(line.substring(label.length()).strip().split(" +", -1));
        assertThat(words.get(0)).isEqualTo("./pfm");
        return words.subList(1, words.size()).toArray();
    }

    @Test
    @DisplayName("merges three learners, verifies their checkpoints and exports one, and what it prints works")
    void threeLearners() {
        Path home = dir.resolve("home");

        PfmRun run = PfmRun.of("demo", "--learners", 3, "--home", home).assertDone();

        assertThat(run.out()).startsWith("3 learners: 2 with adapters as they were trained, 1 derived");
        assertThat(rows(run)).hasSize(9);
        assertThat(rows(run).stream().map(row -> row.group(3))).doesNotHaveDuplicates();
        assertThat(rows(run).stream().map(row -> row.group(1)).distinct()).hasSize(3);
        assertThat(run.out()).contains("verified 3 checkpoints: 0 damaged");
        String hash = rows(run).get(0).group(3);
        assertThat(run.out()).contains("exported math of " + rows(run).get(0).group(1) + ": content hash " + hash);
        Object[] verify = printed(run, "verify it:");
        assertThat(verify).endsWith(hash);
        assertThat(PfmRun.of(verify).assertDone().out().strip()).isEqualTo("intact: " + hash);

        Object[] export = printed(run, "export another:");
        PfmRun another = PfmRun.of(export).assertDone();
        String reading = rows(run).get(1).group(3);
        assertThat(another.out().lines()).containsExactly("content_hash: " + reading, "version: 1");
        assertThat(PfmRun.of("verify", export[export.length - 1], "--hash", reading)
                        .assertDone()
                        .err())
                .isEmpty();
        PfmRun.of(export).assertRefused(export[export.length - 1].toString());
    }

    @Test
    @DisplayName("gives the same models again in the same home, and in another")
    void again() {
        Path home = dir.resolve("home");
        List<String> first = hashes(home);

        assertThat(hashes(home)).isEqualTo(first);
        assertThat(hashes(dir.resolve("other"))).isEqualTo(first);
    }

    @Test
    @DisplayName("finds everything up to date when it runs again, and what it prints still works")
    void upToDate() {
        Path home = dir.resolve("home");
        PfmRun first = PfmRun.of("demo", "--learners", 3, "--home", home, "--without-recovery")
                .assertDone();

        PfmRun second = PfmRun.of("demo", "--learners", 3, "--home", home, "--without-recovery")
                .assertDone();

        assertThat(first.out()).contains("the night: 3 merged, 0 rejected, 0 up to date");
        assertThat(second.out())
                .contains("the night: 0 merged, 0 rejected, 3 up to date")
                .contains("verified 3 checkpoints: 0 damaged");
        assertThat(rows(second).stream().map(Matcher::group))
                .containsExactlyElementsOf(
                        rows(first).stream().map(Matcher::group).toList());
        PfmRun.of(printed(second, "verify it:")).assertDone();
        PfmRun.of(printed(second, "export another:")).assertDone();
    }

    private static List<String> hashes(Path home) {
        PfmRun run = PfmRun.of("demo", "--learners", 3, "--home", home, "--seed", 5, "--without-recovery")
                .assertDone();
        return rows(run).stream()
                .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3))
                .toList();
    }

    @Test
    @DisplayName("merges what pfm merge merges")
    void sameAsMerge() {
        Path home = dir.resolve("home");
        Matcher row = rows(PfmRun.of("demo", "--learners", 1, "--without-recovery", "--home", home)
                        .assertDone())
                .get(0);

        PfmRun merge = PfmRun.of(
                "merge",
                "--foundation",
                home.resolve("foundation/release-1"),
                "--adapter",
                dir.resolve("home.clear/adapters").resolve(row.group(1)).resolve(row.group(2)),
                "--out",
                dir.resolve("merged"),
                "--json");

        assertThat(merge.assertDone().json().path("content_hash").textValue()).isEqualTo(row.group(3));
        assertThat(merge.json().path("tensors_changed").asText()).isEqualTo(row.group(5));
    }

    @Test
    @DisplayName("shows its progress on standard error, one line at a time, ending with all")
    void progress() {
        PfmRun run = PfmRun.of("demo", "--learners", 2, "--home", dir.resolve("home"))
                .assertDone();

        assertThat(run.err().lines()).allMatch(line -> line.startsWith("merging ["));
        assertThat(run.err().strip()).endsWith("2/2");
    }

    @Test
    @DisplayName(
            "damages a checkpoint, finds it, brings it back with the same hash, and moves all to a release 4 ahead")
    void recovery() {
        Path home = dir.resolve("home");

        PfmRun first = PfmRun.of("demo", "--learners", 2, "--home", home).assertDone();

        String learner = rows(first).get(0).group(1);
        String math = rows(first).get(0).group(3);
        assertThat(steps(first)).containsExactly("damage", "scrub", "fallback", "releases", "lag", "fallback");
        assertThat(first.out())
                .contains("math of " + learner + ", version 1 is flipped: " + home)
                .contains("2 namespaces, ")
                .contains(learner + ": BIT_ROT, version 1, variant math")
                .contains(learner + ": recovered by OLDER_VERSION, version 2 on release-1")
                .contains("3 of 3 content hashes equal to what was recorded")
                .contains("content hash of math before: " + math)
                .contains("and in version 2      after: " + math + ", the same")
                .contains("4 new ones of the foundation appear: release-2, release-3, release-4, release-5")
                .contains(learner + " is on release-1, 4 releases behind release-5; 3 are allowed")
                .contains("the night: 2 merged, 0 rejected, 0 up to date")
                .contains("2 of 2 namespaces are on release-5 now; " + learner
                        + " has version 3, content hash of math: ");
        assertThat(first.out().lines().filter(line -> line.equals("verified 2 checkpoints: 0 damaged")))
                .hasSize(2);
        PfmRun.of("audit", "verify", "--home", home).assertDone();

        PfmRun second = PfmRun.of("demo", "--learners", 2, "--home", home).assertDone();

        assertThat(steps(second)).containsExactly("damage", "scrub", "fallback", "releases");
        assertThat(second.out())
                .contains("version 3 is flipped", "and in version 4      after: ", ", the same")
                .contains("none is new, the newest is release-5");
    }

    private static List<String> steps(PfmRun run) {
        return run.out()
                .lines()
                .filter(line -> line.matches("(damage|scrub|fallback|releases|lag): .*"))
                .map(line -> line.replaceFirst(":.*", ""))
                .toList();
    }

    @Test
    @DisplayName("mends what an earlier demo damaged that was killed then")
    void leftover() throws IOException {
        PreparedHome home = PreparedHome.make(dir, 1, 1);
        Files.writeString(home.path().resolve("demo.damaged"), "math\n");
        PreparedHome.flip(home.variant(PreparedHome.TRAINED));

        PfmRun run = PfmRun.of("demo", "--learners", 1, "--without-recovery", "--home", home.path())
                .assertDone();

        assertThat(run.out())
                .contains("an earlier demo ended before it had mended what it damaged: math")
                .contains("recovered by OLDER_VERSION, version 2 on release-1")
                .contains("verified 1 checkpoints: 0 damaged");
        assertThat(home.path().resolve("demo.damaged")).doesNotExist();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"0", "-1", "10000", "x"})
    @DisplayName("takes 1 to 9999 learners, not")
    void learners(String count) {
        PfmRun.of("demo", "--learners=" + count, "--home", dir.resolve("home")).assertRefused("learners");
        assertThat(dir.resolve("home")).doesNotExist();
    }

    @Test
    @DisplayName("lists in CONTENTS exactly the foundations and adapters that it brings along")
    void contents() throws IOException, URISyntaxException {
        Path listing = Path.of(Objects.requireNonNull(DemoCommandTest.class.getResource("/tiny-tutor/CONTENTS"))
                .toURI());
        Path root = listing.getParent();
        try (Stream<Path> files = Files.walk(root)) {
            List<String> present = files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(name ->
                            !List.of("CONTENTS", "README.md", "reference.json").contains(name))
                    .sorted()
                    .toList();
            assertThat(Files.readAllLines(listing)).isEqualTo(present).hasSize(22);
        }
    }
}
