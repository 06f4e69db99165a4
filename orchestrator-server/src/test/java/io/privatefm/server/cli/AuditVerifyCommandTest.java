/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.home.HomeDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("pfm audit verify")
class AuditVerifyCommandTest {
    @TempDir
    private Path home;

    @BeforeEach
    void demo() {
        PfmRun.of("demo", "--learners", 1, "--without-recovery", "--home", home).assertDone();
    }

    private PfmRun verify() {
        return PfmRun.of("audit", "verify", "--home", home, "--json");
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + home.resolve("db/pfm"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    @DisplayName("finds an untouched log intact: exit code 0, with its size and root")
    void intact() {
        PfmRun run = verify().assertDone();

        assertThat(run.json().path("intact").asBoolean()).isTrue();
        assertThat(run.json().path("entries").asLong())
                .as("created, three adapters, merged")
                .isEqualTo(5);
        assertThat(run.json().path("root").asText()).matches("[0-9a-f]{64}");
        assertThat(run.json().path("anchors").asInt()).isPositive();
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "update pfm_audit set actor = 'nobody' where tree_index = 2; 2",
                "update pfm_audit set at = dateadd(second, 1, at) where tree_index = 4; 4",
                "delete from pfm_audit where tree_index = 1; 1",
                "delete from pfm_audit where tree_index >= 3; 3",
                "update pfm_tree_head set root = repeat('0', 64); 0",
            })
    @DisplayName("names the first bad entry, exit code 1:")
    void tampered(String sql, long index) throws SQLException {
        sql(sql);
        PfmRun run = verify();

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("intact").asBoolean()).isFalse();
        assertThat(run.json().path("index").asLong()).isEqualTo(index);
        assertThat(run.err()).startsWith("pfm: the audit log was tampered with at entry " + index + ": ");
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    @DisplayName("finds a database that was set back as a whole, by the anchors: exit code 1")
    void setBack() throws IOException {
        Path database = home.resolve("db/pfm.mv.db");
        Path backup = Files.copy(database, home.resolve("backup"));
        PfmRun.of("demo", "--learners", 2, "--without-recovery", "--home", home).assertDone();
        verify().assertDone();
        Files.copy(backup, database, StandardCopyOption.REPLACE_EXISTING);
        PfmRun run = verify();

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("at entry 5: the log ends here").contains("it was cut or set back");
    }

    @Test
    @DisplayName("says nothing about a log that it cannot read: exit code 3, and 2 for what is no data directory")
    void unreadable() {
        try (HomeDatabase open = HomeDatabase.open(home, Optional.of("jdbc:h2:mem:other"))) {
            PfmRun elsewhere = PfmRun.of(
                    "audit", "verify", "--home", home, "--database", "postgresql://nobody:secret@localhost:1/nowhere");
            assertThat(elsewhere.exitCode()).isEqualTo(3);
            assertThat(elsewhere.err())
                    .startsWith("pfm: cannot open the database")
                    .doesNotContain("secret");
            assertThat(elsewhere.err().lines()).hasSize(1);
            assertThat(open.store().name()).isEqualTo("h2");
        }
        PfmRun.of("audit", "verify", "--home", home.resolve("nothing")).assertRefused("no data directory");
        PfmRun.of("audit", "verify", "--home", home.resolve("blobs")).assertRefused("no audit log key");
        PfmRun.of("audit").assertRefused("subcommand");
    }
}
