/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.server.access.ApiKey;
import io.privatefm.server.home.HomeAudit;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.SequencedAuditRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("pfm keys")
class KeysCommandTest {
    private static final String USER = "cli:" + System.getProperty("user.name");

    @TempDir
    private Path dir;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = dir.resolve("home");
        Files.createDirectories(home.resolve("blobs"));
    }

    private PfmRun run(String command, Object... more) {
        List<Object> args = new ArrayList<>(List.of("keys", command, "--home", home));
        args.addAll(List.of(more));
        return PfmRun.of(args.toArray());
    }

    private JsonNode create(Object... more) {
        List<Object> args = new ArrayList<>(List.of("--scopes", "write,read", "--label", "night job", "--json"));
        args.addAll(List.of(more));
        return run("create", args.toArray()).assertDone().json();
    }

    private JsonNode listed(int index) {
        return run("list", "--json").assertDone().json().path("keys").path(index);
    }

    /** On H2: that PostgreSQL does the same, {@code StoredKeysTest} says. */
    @Test
    @DisplayName("create shows a key once; list, rotate and revoke go by its id")
    void lifeOfAKey() {
        assertThat(run("list").assertDone().out()).isEmpty();

        JsonNode made = create("--expires", "90d");

        ApiKey key = ApiKey.parse(made.path("key").textValue()).orElseThrow();
        String id = made.path("id").textValue();
        assertThat(key.id()).isEqualTo(id);
        assertThat(key.environment()).isEqualTo(ApiKey.Environment.LIVE);
        assertThat(made.path("scopes")).extracting(JsonNode::textValue).containsExactly("read", "write");
        assertThat(made.path("state").textValue()).isEqualTo("LIVE");
        assertThat(listed(0).path("label").textValue()).isEqualTo("night job");
        assertThat(listed(0).path("expires_at")).isEqualTo(made.path("expires_at"));
        assertThat(run("list").assertDone().out())
                .startsWith(id + "  LIVE  read,write  made ")
                .endsWith(": night job" + System.lineSeparator())
                .doesNotContain(key.text());

        JsonNode newer = run("rotate", id, "--overlap", "0", "--dev", "--json")
                .assertDone()
                .json();
        assertThat(newer.path("key").textValue()).startsWith("pbk_dev_");
        assertThat(newer.path("replaces").textValue()).isEqualTo(id);
        assertThat(listed(0).path("state").textValue()).isEqualTo("EXPIRED");

        String newerId = newer.path("id").textValue();
        assertThat(run("revoke", newerId).assertDone().out()).contains("state: REVOKED");
        assertThat(run("revoke", newerId).assertDone().out()).contains("state: REVOKED");
        assertThat(listed(1).path("revoked_at").textValue()).isNotNull();
        run("rotate", newerId).assertRefused("is not live any more");
        assertThat(run("list", "--json").out()).doesNotContain("pbk_");
    }

    @Test
    @DisplayName("write down who did what to which key: public ids and scopes, and no secret; the log stays sound")
    void audited() throws IOException {
        HomeAudit.open(home);
        JsonNode made = create("--expires", "90d");
        String id = made.path("id").textValue();
        JsonNode newer =
                run("rotate", id, "--overlap", "0", "--json").assertDone().json();
        String newerId = newer.path("id").textValue();
        run("revoke", newerId).assertDone();
        run("list").assertDone();
        run("revoke", "nobodys").assertRefused("there is no key");

        List<SequencedAuditRow> entries;
        try (HomeDatabase open = HomeDatabase.open(home, Optional.empty())) {
            entries = open.store().inTransaction(tx -> tx.audit().sequenced(0, 100));
        }
        assertThat(entries)
                .extracting(SequencedAuditRow::row)
                .extracting(AuditRow::actor, AuditRow::action, AuditRow::outcome)
                .containsExactly(
                        tuple(USER, "KEY_CREATED", "DONE"),
                        tuple(USER, "KEY_ROTATED", "DONE"),
                        tuple(USER, "KEY_REVOKED", "DONE"));
        assertThat(entries.get(0).row().details())
                .contains("\"key\":\"" + id + "\"", "\"scopes\":\"read,write\"")
                .contains(made.path("expires_at").textValue());
        assertThat(entries.get(1).row().details())
                .contains("\"key\":\"" + newerId + "\"", "\"replaces\":\"" + id + "\"");
        assertThat(entries.get(2).row().details()).contains("\"key\":\"" + newerId + "\"");
        for (JsonNode issued : List.of(made, newer)) {
            String secret = issued.path("key").textValue().split("_", -1)[3];
            assertThat(entries.toString()).doesNotContain(secret);
        }
        assertThat(PfmRun.of("audit", "verify", "--home", home, "--json")
                        .assertDone()
                        .json()
                        .path("entries")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    @DisplayName("create prints lines too, the key among them; a guardian's key has that scope alone")
    void lines() {
        assertThat(run("create", "--scopes", "guardian", "--label", "x")
                        .assertDone()
                        .out())
                .contains("scopes: [\"guardian\"]")
                .containsPattern("(?m)^key: pbk_live_\\w+$")
                .doesNotContain("null");
        run("create", "--scopes", "guardian,read", "--label", "x").assertRefused("no other");
    }

    @ParameterizedTest
    @CsvSource({
        "--scopes,all,there is no scope all",
        "--scopes,open,there is no scope open",
        "--expires,soon,--expires must be like",
        "--expires,0,a key's life must be longer",
        "--label,'',1 to 100 characters"
    })
    @DisplayName("create says in one line what is wrong")
    void refused(String option, String value, String reason) {
        List<Object> args = new ArrayList<>();
        for (String[] usual : new String[][] {{"--scopes", "read"}, {"--label", "x"}, {"--expires", "1d"}}) {
            args.add(usual[0] + "=" + (usual[0].equals(option) ? value : usual[1]));
        }
        run("create", args.toArray()).assertRefused(reason);
    }

    @Test
    @DisplayName("want a subcommand, a label, a key that there is, and a data directory")
    void usage() {
        PfmRun.of("keys").assertRefused("create, list, rotate or revoke");
        run("create", "--scopes", "read").assertRefused("--label");
        run("revoke", "nobodys").assertRefused("there is no key nobodys");
        run("rotate", "nobodys").assertRefused("there is no key nobodys");
        run("rotate", "nobodys", "--overlap", "long").assertRefused("--overlap must be like");
        PfmRun.of("keys", "list", "--home", dir).assertRefused("is no data directory");
    }

    @Test
    @DisplayName("say so while another process has the database's file open")
    void fileInUse() throws IOException, InterruptedException {
        Path printed = dir.resolve("printed");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Pfm.class.getName(),
                "keys",
                "list",
                "--home",
                home.toString());
        try (HomeDatabase open = HomeDatabase.open(home, Optional.empty())) {
            assertThat(open.connections()).isNotNull();
            Process other = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(printed.toFile())
                    .start();
            try {
                assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                other.destroyForcibly();
            }
            assertThat(other.exitValue()).isEqualTo(ExitCode.ENVIRONMENT);
        }
        assertThat(Files.readString(printed).lines())
                .filteredOn(line -> line.startsWith("pfm: "))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("cannot open the database in " + home));
    }
}
