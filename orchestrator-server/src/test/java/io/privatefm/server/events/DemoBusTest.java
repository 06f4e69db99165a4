/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.privatefm.bus.redis.RedisServer;
import io.privatefm.server.cli.Pfm;
import io.privatefm.server.cli.PfmRun;
import io.privatefm.server.fault.ChildJvm;
import io.privatefm.server.fault.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("pfm demo with its events on a real Redis")
class DemoBusTest {
    private static final String PREFIX = "aivo.events.";

    @TempDir
    private Path folder;

    @Test
    @DisplayName("does what it does without, and all events are in the streams, as their schemas say and without gaps")
    void oneProcess() throws IOException {
        EventSchemas schemas = EventSchemas.read();
        Path home = folder.resolve("home");
        try (RedisServer server = RedisServer.builder().password("secret").start()) {
            PfmRun run = PfmRun.of("demo", "--learners", 1, "--home", home, "--bus", server.url(), "--delete-one")
                    .assertDone();

            assertThat(run.out())
                    .contains("the night: 1 merged, 0 rejected, 0 up to date", "verified 1 checkpoints: 0 damaged")
                    .doesNotContain("secret");
            assertThat(run.err()).doesNotContain("secret");
            try (PlainRedis redis = new PlainRedis(server.url())) {
                redis.run(List.of("AUTH", "secret"));
                Map<String, Set<Long>> numbers = new HashMap<>();
                for (String topic : schemas.topics("send")) {
                    for (String value : redis.values(PREFIX + topic)) {
                        JsonNode event = new JsonMapper().readTree(value);
                        assertThat(schemas.errors(event)).as(value).isEmpty();
                        assertThat(numbers.computeIfAbsent(event.path("subject").textValue(), key -> new TreeSet<>())
                                        .add(event.path("data").path("seq").longValue()))
                                .as("sent once: %s", value)
                                .isTrue();
                    }
                }
                assertThat(numbers).hasSize(1);
                numbers.values().forEach(seqs -> assertThat(seqs).last().isEqualTo((long) seqs.size()));
                for (String topic : schemas.topics("receive")) {
                    for (String value : redis.values(PREFIX + topic)) {
                        assertThat(schemas.errors(new JsonMapper().readTree(value)))
                                .as(value)
                                .isEmpty();
                    }
                }
                assertThat(redis.values(PREFIX + "PRIVATE_BRAIN_READY")).hasSize(1);
                assertThat(redis.values(PREFIX + "ADAPTER_TRAINED")).hasSize(3);
                assertThat(redis.values(PREFIX + "NAMESPACE_DELETED")).hasSize(1);
                assertThat(redis.values(PREFIX + "dead-letters")).isEmpty();
            }
        }
    }

    @Test
    @DisplayName(
            "twice at the same time on one Redis and one PostgreSQL, provisions every learner and registers every adapter once")
    void twoProcesses() throws Exception {
        String database = Postgres.emptySchema();
        Path home = folder.resolve("home");
        try (RedisServer server = RedisServer.start();
                ChildJvm one = demo(home, database, server.url());
                ChildJvm two = demo(home, database, server.url());
                PlainRedis redis = new PlainRedis(server.url())) {
            assertThat(one.end()).as("%s", one.lines()).isZero();
            assertThat(two.end()).as("%s", two.lines()).isZero();

            assertThat(one.lines()).contains("verified 2 checkpoints: 0 damaged");
            assertThat(two.lines()).contains("verified 2 checkpoints: 0 damaged");
            assertThat(count(database, "NAMESPACE_CREATED")).isEqualTo(2);
            assertThat(count(database, "ADAPTER_REGISTERED")).isEqualTo(6);
            assertThat(redis.values(PREFIX + "PRIVATE_BRAIN_READY"))
                    .as("2 learners, by each process")
                    .hasSize(4);
            assertThat(ids(redis, "NAMESPACE_CREATED")).hasSize(2);
            assertThat(ids(redis, "MERGE_COMPLETED")).hasSize((int) count(database, "MERGE_COMPLETED"));
            assertThat(redis.values(PREFIX + "dead-letters")).isEmpty();
        }
    }

    private static ChildJvm demo(Path home, String database, String bus) throws IOException {
        return ChildJvm.start(
                Pfm.class,
                "2 learners",
                List.of(
                        "demo",
                        "--learners",
                        "2",
                        "--without-recovery",
                        "--home",
                        home.toString(),
                        "--database",
                        database,
                        "--bus",
                        bus));
    }

    private static Set<String> ids(PlainRedis redis, String topic) throws IOException {
        Set<String> ids = new TreeSet<>();
        for (String value : redis.values(PREFIX + topic)) {
            ids.add(new JsonMapper().readTree(value).path("id").textValue());
        }
        return ids;
    }

    private static long count(String database, String type) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("select count(*) from pfm_event where type = '" + type + "'")) {
            result.next();
            return result.getLong(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "",
                "redis",
                "redis://",
                "http://127.0.0.1:6379",
                "redis://pfm:secret@",
                "redis://pfm:secret@127.0.0.1:99999",
                "redis://pfm:secret@127.0.0.1:6379/zero",
                "redis://pfm:secret@127.0.0.1:6379?db=0",
                "redis://pfm:sec ret@127.0.0.1:6379"
            })
    @DisplayName("refuses in one line, without the password, the URL")
    void malformed(String url) {
        PfmRun run = PfmRun.of("demo", "--learners", 1, "--home", folder.resolve("home"), "--bus", url);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .satisfies(line ->
                        assertThat(line).startsWith("pfm: ").contains("redis").doesNotContain("secret", "sec ret"));
        assertThat(folder.resolve("home")).doesNotExist();
    }

    @Test
    @DisplayName("ends with 3 and one line if nobody answers there, or the password is another one")
    void unreachable() {
        List<PfmRun> runs = new ArrayList<>();
        runs.add(PfmRun.of("demo", "--learners", 1, "--home", folder.resolve("home"), "--bus", "redis://127.0.0.1:1"));
        try (RedisServer server = RedisServer.builder().password("right").start()) {
            String url = server.url(":wrong");
            runs.add(PfmRun.of("demo", "--learners", 1, "--home", folder.resolve("home"), "--bus", url));
        }

        for (PfmRun run : runs) {
            assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
            assertThat(run.err().lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .startsWith("pfm: ")
                            .contains("127.0.0.1")
                            .doesNotContain("wrong"));
        }
        assertThat(folder.resolve("home")).doesNotExist();
    }
}
