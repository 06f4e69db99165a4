/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static io.privatefm.server.cli.PreparedHome.TRAINED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.SwitchRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("pfm scrub")
class ScrubCommandTest {
    @TempDir
    private static Path folder;

    private static PreparedHome prepared;

    @TempDir
    private Path dir;

    private PreparedHome home;

    @BeforeAll
    static void demo() {
        prepared = PreparedHome.make(folder, 2, 1);
    }

    @BeforeEach
    void copy() throws IOException {
        home = prepared.copy(dir);
    }

    private PfmRun scrubAgain(Object... more) {
        Object[] args = new Object[more.length + 3];
        args[0] = "--older-than";
        args[1] = "0";
        args[2] = "--json";
        System.arraycopy(more, 0, args, 3, more.length);
        return home.run("scrub", args);
    }

    private static JsonNode only(PfmRun run) {
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(run.json().path("results")).hasSize(1);
        return run.json().path("results").get(0);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {0, 1, 2, 3})
    @DisplayName("finds nothing in what is sound, and the audit log intact, at level")
    void sound(int level) {
        PfmRun run = home.run("scrub", "--level", level, "--json").assertDone();

        assertThat(run.json().path("namespaces").asInt()).isEqualTo(2);
        assertThat(run.json().path("bytes").asLong()).isGreaterThan(2_000_000);
        assertThat(run.json().path("findings").asInt()).isZero();
        assertThat(run.json().path("results")).isEmpty();
        assertThat(run.json().path("fallbacks_stopped").isNull()).isTrue();
        assertThat(run.json().path("audit").path("intact").asBoolean()).isTrue();
        assertThat(home.run("scrub").assertDone().out()).contains("namespaces: 0", "nothing was due");
    }

    @Test
    @DisplayName(
            "finds one flipped bit and brings the namespace back with the same content hashes; the older version stays damaged")
    void flipped() throws IOException {
        CheckpointRow before = home.newest(TRAINED);
        PreparedHome.flip(home.variant(TRAINED));

        JsonNode result = only(scrubAgain());

        assertThat(result.path("learner").textValue()).isEqualTo(TRAINED.value());
        assertThat(result.path("findings")).singleElement().satisfies(finding -> {
            assertThat(finding.path("verdict").textValue()).isEqualTo("BIT_ROT");
            assertThat(finding.path("version").asLong()).isEqualTo(1);
            assertThat(finding.path("newest").asBoolean()).isTrue();
            assertThat(finding.path("place").textValue()).startsWith("variant math");
        });
        assertThat(result.path("fallback").path("outcome").textValue()).isEqualTo("recovered");
        assertThat(result.path("fallback").path("rung").textValue()).isEqualTo("OLDER_VERSION");
        assertThat(result.path("fallback").path("proven").asInt()).isEqualTo(3);
        CheckpointRow after = home.newest(TRAINED);
        assertThat(after.version()).isEqualTo(2);
        assertThat(after.checkpointHash()).isEqualTo(before.checkpointHash());
        assertThat(result.path("fallback").path("checkpoint_hash").textValue())
                .isEqualTo(before.checkpointHash().hex());

        JsonNode again = only(scrubAgain());

        assertThat(again.path("findings"))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.path("newest").asBoolean()).isFalse());
        assertThat(again.path("fallback").path("outcome").textValue()).isEqualTo("not needed");
        assertThat(home.newest(TRAINED).version()).isEqualTo(2);
        assertThat(home.run("audit", "verify").exitCode()).isEqualTo(2);
        assertThat(PfmRun.of("audit", "verify", "--home", home.path())
                        .assertDone()
                        .out())
                .contains("waiting: 0");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"0,MISSING", "100,BIT_ROT", "9999999,BIT_ROT"})
    @DisplayName("tells what is gone from what is cut off or longer, and brings both back; new length and verdict:")
    void lengths(int length, String verdict) throws IOException {
        CheckpointRow before = home.newest(TRAINED);
        Path blob = home.variant(TRAINED);
        byte[] bytes = Files.readAllBytes(blob);
        Files.delete(blob);
        if (length > 0) {
            Files.write(blob, Arrays.copyOf(bytes, length));
        }

        JsonNode result = only(scrubAgain());

        assertThat(result.path("findings").get(0).path("verdict").textValue()).isEqualTo(verdict);
        assertThat(result.path("fallback").path("outcome").textValue()).isEqualTo("recovered");
        assertThat(home.newest(TRAINED).checkpointHash()).isEqualTo(before.checkpointHash());
    }

    @Test
    @DisplayName(
            "mends a checkpoint's row that says something else than the event log and the manifest, and falls back for nobody")
    void row() throws SQLException {
        CheckpointRow before = home.newest(TRAINED);
        sql("update pfm_checkpoint set checkpoint_hash = repeat('0', 64) where ns_uid = '" + before.nsUid() + "'");

        JsonNode result = only(scrubAgain());

        assertThat(result.path("findings").get(0).path("verdict").textValue()).isEqualTo("ROW_DAMAGED");
        assertThat(result.path("fallback").path("outcome").textValue()).isEqualTo("not needed");
        assertThat(home.newest(TRAINED).checkpointHash()).isEqualTo(before.checkpointHash());
        assertThat(home.newest(TRAINED).version()).isEqualTo(1);
        scrubAgain().assertDone();
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:h2:file:" + home.path().resolve("db/pfm"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    @DisplayName("says in plain lines what it found and what that led to")
    void lines() throws IOException {
        PreparedHome.flip(home.variant(TRAINED));

        PfmRun run = home.run("scrub");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().toList().get(0))
                .startsWith(TRAINED + ": BIT_ROT, version 1, variant math (blob ")
                .endsWith(" (the newest depends on it)");
        assertThat(run.out().lines().toList().get(1))
                .startsWith(TRAINED + ": recovered by OLDER_VERSION, version 2 on release-1, checkpoint hash ")
                .endsWith(", 3 of 3 content hashes equal to what was recorded");
        assertThat(run.out().lines())
                .contains("namespaces: 2", "findings: 1", "recovered: 1", "unreadable: 0")
                .anyMatch(line -> line.startsWith("audit: intact, 10 entries, "));
    }

    @Test
    @DisplayName("changes nothing with --no-fallback")
    void noFallback() throws IOException {
        PreparedHome.flip(home.variant(TRAINED));

        JsonNode result = only(scrubAgain("--no-fallback"));

        assertThat(result.path("findings")).hasSize(1);
        assertThat(result.path("fallback").isNull()).isTrue();
        assertThat(home.newest(TRAINED).version()).isEqualTo(1);
    }

    @Test
    @DisplayName("copies the very blob back from a mirror, without a new version")
    void mirror() throws IOException {
        Path blob = home.variant(TRAINED);
        byte[] before = Files.readAllBytes(blob);
        PreparedHome.flip(blob);

        JsonNode result = only(scrubAgain("--mirror", prepared.path()));

        assertThat(result.path("fallback").path("rung").textValue()).isEqualTo("MIRROR");
        assertThat(home.newest(TRAINED).version()).isEqualTo(1);
        assertThat(blob).hasBinaryContent(before);
        assertThat(scrubAgain().assertDone().json().path("findings").asInt()).isZero();
    }

    @Test
    @DisplayName("falls back for nobody while fallbacks are stopped, says so, and does when they go on")
    void stopped() throws IOException {
        PreparedHome.flip(home.variant(TRAINED));
        assertThat(home.<Boolean>inTransaction(tx -> {
                    tx.switches().put(new SwitchRow("fallbacks", "a disk failed", tx.now()));
                    return true;
                }))
                .isTrue();

        PfmRun run = scrubAgain();

        assertThat(only(run).path("fallback").path("outcome").textValue()).isEqualTo("halted");
        assertThat(run.json().path("fallbacks_stopped").textValue()).isEqualTo("a disk failed");
        assertThat(home.run("scrub", "--older-than", "0").out()).contains("fallbacks: stopped: a disk failed");
        assertThat(home.newest(TRAINED).version()).isEqualTo(1);

        assertThat(home.run("fallback", "--resume").assertDone().out().lines())
                .containsExactly("stopped_before: a disk failed", "stopped_now: no");
        assertThat(only(scrubAgain()).path("fallback").path("outcome").textValue())
                .isEqualTo("recovered");
    }

    @Test
    @DisplayName("computes nothing from a foundation release with other bytes: halted, nothing is changed")
    void otherFoundation() throws IOException {
        PreparedHome.flip(home.variant(TRAINED));
        PreparedHome.flip(home.path().resolve("foundation/release-1/model.safetensors"));

        PfmRun run = scrubAgain("--level", 0);

        assertThat(only(run).path("fallback").path("outcome").textValue()).isEqualTo("halted");
        assertThat(only(run).path("fallback").path("reason").textValue()).startsWith("FOUNDATION_WRONG");
        assertThat(home.newest(TRAINED).version()).isEqualTo(1);
    }

    @Test
    @DisplayName("ends with exit code 3 if a namespace cannot be looked at: its foundation release is gone")
    void unreadable() throws IOException {
        Files.move(home.path().resolve("foundation/release-1"), dir.resolve("elsewhere"));

        PfmRun run = home.run("scrub");

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(3);
        assertThat(run.out()).contains("unreadable: 2", "findings: 0");
        assertThat(run.err().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("pfm: ") && line.contains("could not be looked at"));
    }

    @Test
    @DisplayName("finds an audit log that was tampered with, and goes without one that has no key")
    void auditLog() throws IOException, SQLException {
        sql("update pfm_audit set actor = 'nobody' where tree_index = 2");

        PfmRun run = home.run("scrub");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("findings: 0", "audit: tampered with at entry 2");

        Files.delete(home.path().resolve("audit/key"));
        assertThat(scrubAgain().assertDone().json().path("audit").isNull()).isTrue();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "--level,4,0 to 3",
        "--level,-1,0 to 3",
        "--older-than,1w,--older-than",
        "--older-than,-1h,--older-than",
        "--bytes-per-second,-1,not negative",
        "--limit,0,at least one",
        "--mirror,nowhere,no blobs/",
        "--limit,x,limit"
    })
    @DisplayName("refuses")
    void refused(String option, String value, String reason) {
        home.run("scrub", option + "=" + value).assertRefused(reason);
    }

    @Test
    @DisplayName("refuses a directory that is no data directory, and makes nothing in it")
    void noDataDirectory() throws IOException {
        Path other = Files.createDirectory(dir.resolve("other"));

        PfmRun.of("scrub", "--home", other).assertRefused("is no data directory");

        assertThat(other).isEmptyDirectory();
    }
}
