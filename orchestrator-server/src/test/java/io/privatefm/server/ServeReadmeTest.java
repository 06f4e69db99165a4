/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.bus.redis.RedisServer;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.fault.Postgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The README's lines for the service")
class ServeReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final int CODE_OF_UNAVAILABLE = 3;

    @TempDir
    private Path folder;

    @Test
    @DisplayName("work as they stand there, on H2 with no other set-up")
    void h2() throws Exception {
        Path home = folder.resolve("pfm-home");
        try (ServeProcess service = ServeProcess.start(home, Map.of())) {
            assertWork(service, home);
            assertSecondIsRefused(home);
            service.terminate();
            assertThat(service.end()).isZero();
        }
    }

    @Test
    @DisplayName(
            "work on PostgreSQL and Redis by setting two variables; no secret that the service was shown is in its log; and it"
                    + " ends under load when it is told to, with nothing lost that it answered for")
    void postgresAndRedis() throws Exception {
        Path home = folder.resolve("pfm-home");
        try (RedisServer redis =
                RedisServer.builder().password(LogCanaries.BUS_PASSWORD).start()) {
            String database = Postgres.emptySchema()
                    .replace("user=postgres", "user=postgres&password=" + LogCanaries.DATABASE_PASSWORD);
            assertThat(database).contains(LogCanaries.DATABASE_PASSWORD);
            Map<String, String> environment = new HashMap<>(LogCanaries.environment());
            environment.put("DATABASE_URL", database);
            environment.put("REDIS_URL", redis.url());
            environment.put("RATE_LIMIT_PER_MINUTE", "100000");
            try (ServeProcess service = ServeProcess.start(home, environment)) {
                assertWork(service, home);
                assertThat(home.resolve("db")).doesNotExist();
                LogCanaries canaries = LogCanaries.show(service.url(), home, database);
                ClientsAtWork clients = ClientsAtWork.begin(new TestService(service.url(), LogCanaries.SERVICE_KEY))
                        .awaitMuch();
                service.terminate();
                assertThat(service.end()).isZero();
                clients.end();
                canaries.assertNotIn(service.lines());
                assertThat(service.lines()).noneMatch(line -> line.contains("not everything has ended"));
                assertKept(clients, home, environment);
            }
        }
    }

    private static void assertKept(ClientsAtWork clients, Path home, Map<String, String> environment) throws Exception {
        environment.put("PFM_HOME", home.toString());
        environment.put("PORT", "0");
        environment.put("BIND_ADDRESS", "127.0.0.1");
        try (PfmServer next = PfmServer.open(ServerSettings.of(environment))) {
            next.start();
            clients.assertKept(new TestService("http://127.0.0.1:" + next.port(), LogCanaries.SERVICE_KEY));
        }
    }

    private static void assertWork(ServeProcess service, Path home) throws IOException, InterruptedException {
        List<String> blocks = blocks();
        assertThat(blocks.get(0)).isEqualTo("./pfm serve --dev");
        String exports = Stream.concat(
                        service.lines().stream().filter(line -> line.startsWith("export ")),
                        Stream.of(
                                ": ${PFM_KEY:=" + LogCanaries.SERVICE_KEY + "}",
                                ": ${PFM_GUARDIAN_KEY:=" + LogCanaries.GUARDIAN_KEY + "}"))
                .collect(Collectors.joining("\n", "", "\n"));
        String documented = blocks.get(1)
                .replace("http://127.0.0.1:8000/", service.url() + "/")
                .replace("pfm-home/", home + "/");

        String printed = bash(exports + documented);

        assertThat(printed)
                .doesNotContain("urn:pfm:problem")
                .containsSubsequence(
                        "\"learner_id\":\"ada\"",
                        "\"subject\":\"math\",\"revision\":1",
                        "\"status\":\"SUCCEEDED\"",
                        "\"outcome\":\"MERGED\"",
                        "\"outcome\":\"DAMAGED\"",
                        "\"kind\":\"FALLBACK\",\"status\":\"SUCCEEDED\"",
                        "\"outcome\":\"RESTORED\"",
                        "\"status\":\"DELETED\"");
        List<String> hashes = printed.lines()
                .filter(line -> line.startsWith("\"content_hash\":"))
                .toList();
        assertThat(hashes).hasSizeGreaterThanOrEqualTo(2);
        assertThat(hashes).as("versions have the same content").containsOnly(hashes.get(0));
        assertThat(hashes.get(0)).as("that which the demo shows").contains("ef6d0080f740");
    }

    /** Another process that wants the same H2 file. */
    private static void assertSecondIsRefused(Path home) throws IOException, InterruptedException {
        try (ServeProcess second = ServeProcess.start(home, Map.of("LOG_LEVEL", "warn"))) {
            assertThat(second.end()).isEqualTo(CODE_OF_UNAVAILABLE);
            assertThat(second.lines()).last().asString().startsWith("pfm: cannot open the database in " + home);
        }
    }

    /** The section's blocks of code. */
    private static List<String> blocks() throws IOException {
        String section = Files.readString(ROOT.resolve("README.md"))
                .split("\n## Run the service\n", -1)[1]
                .split("\n## ", -1)[0];
        String[] parts = section.split("```", -1);
        return List.of(parts[1].strip(), parts[3].strip(), parts[5].strip());
    }

    private static String bash(String script) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("bash", "-eu", "-c", script)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(printed).isZero();
        return printed;
    }
}
