/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.bus.redis.RedisServer;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.fault.Postgres;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The service")
class PfmServerTest {
    private static final String KEY = "service-key-of-a-test-0123456789abcdef";
    private static final String GUARDIAN_KEY = "guardian-key-of-a-test-0123456789abcdef";

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void prepare() throws IOException {
        Path release = Files.createDirectories(folder.resolve("home/foundation/release-1"));
        for (String name : List.of("config.json", "model.safetensors")) {
            try (InputStream file =
                    PfmServerTest.class.getResourceAsStream("/tiny-tutor/foundation/release-1/" + name)) {
                Files.copy(file, release.resolve(name));
            }
        }
        environment.put("PFM_HOME", folder.resolve("home").toString());
        environment.put("SERVICE_API_KEY", KEY);
        environment.put("GUARDIAN_API_KEY", GUARDIAN_KEY);
        environment.put("BIND_ADDRESS", "127.0.0.1");
        environment.put("PORT", "0");
    }

    private PfmServer open() {
        return PfmServer.open(ServerSettings.of(environment));
    }

    private static TestService client(PfmServer server) {
        return new TestService("http://127.0.0.1:" + server.port(), KEY);
    }

    @Test
    @DisplayName("keeps what it answered for, over a restart, on an H2 file")
    void h2() throws Exception {
        assertKeeps();
    }

    @Test
    @DisplayName("keeps it on PostgreSQL and Redis too")
    void postgresAndRedis() throws Exception {
        try (RedisServer redis = RedisServer.start()) {
            environment.put("DATABASE_URL", Postgres.emptySchema());
            environment.put("REDIS_URL", redis.url());
            assertKeeps();
            assertThat(folder.resolve("home/db")).doesNotExist();
        }
    }

    private void assertKeeps() throws Exception {
        String hash;
        try (PfmServer server = open()) {
            server.start();
            TestService client = client(server);
            JsonNode health = client.get("/api/v1/health").json();
            assertThat(health.path("status").textValue()).as(health.toString()).isEqualTo("UP");
            assertThat(client.provision("ada").status()).isEqualTo(201);
            assertThat(client.upload("ada").status()).isEqualTo(201);
            JsonNode merged = client.ended(client.send("POST", "/api/v1/namespaces/ada/merge", ""));
            assertThat(merged.path("outcome").textValue()).as(merged.toString()).isEqualTo("MERGED");
            hash = merged.path("checkpoint_hash").textValue();
        }
        try (PfmServer server = open()) {
            server.start();
            assertThat(client(server)
                            .get("/api/v1/namespaces/ada")
                            .json()
                            .path("checkpoint_hash")
                            .textValue())
                    .isEqualTo(hash);
        }
    }

    @Test
    @DisplayName("has no operation that is open but health, the contract and pages without data")
    void closedByDefault() throws Exception {
        try (PfmServer server = open()) {
            server.start();
            TestService stranger = new TestService("http://127.0.0.1:" + server.port(), "");
            for (String path : List.of("/api/v1/namespaces", "/api/v1/nights", "/api/v1/namespaces/ada/events")) {
                assertThat(stranger.get(path).status()).as(path).isEqualTo(401);
            }
            for (String path : List.of("/api/v1/health/live", "/api/v1/health/ready", "/", "/api/docs")) {
                assertThat(stranger.get(path).status()).as(path).isEqualTo(200);
            }
        }
    }

    @Test
    @DisplayName("may be closed twice, without having been started, and leaves no thread")
    void closedTwice() {
        Set<String> before = threads();
        PfmServer server = open();
        server.close();
        server.close();
        PfmServer started = open();
        started.start();
        started.close();

        assertThat(threads()).isSubsetOf(before);
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && !thread.isDaemon())
                .map(Thread::getName)
                .collect(Collectors.toSet());
    }

    @Test
    @DisplayName("says in one line that its port is taken, and has nothing open then")
    void portTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("PORT", String.valueOf(taken.getLocalPort()));
            PfmServer server = open();
            assertThatThrownBy(server::start)
                    .isInstanceOf(UnavailableException.class)
                    .message()
                    .contains("cannot listen at 127.0.0.1:" + taken.getLocalPort());
        }
        try (PfmServer again = open()) { // the H2 file is free
            again.start();
            assertThat(again.port()).isPositive();
        }
    }

    @Test
    @DisplayName("says in one line that its database is down")
    void databaseDown() {
        environment.put("DATABASE_URL", "postgresql://pfm:hunter22@127.0.0.1:1/pfm");

        assertThatThrownBy(this::open)
                .isInstanceOf(UnavailableException.class)
                .message()
                .contains("cannot open the database")
                .doesNotContain("hunter22");
    }

    @Test
    @DisplayName("closes the database again where something after it cannot be opened")
    void nothingLeftOpen() throws Exception {
        environment.put("PFM_KEYS", folder.resolve("home/keys").toString());
        assertThatThrownBy(this::open).isInstanceOf(InvalidInputException.class).hasMessageContaining("keys");

        environment.remove("PFM_KEYS");
        open().close();
    }

    @Test
    @DisplayName("serves without its bus, and says so")
    void busDown() throws Exception {
        environment.put("REDIS_URL", "redis://127.0.0.1:1");
        try (PfmServer server = open()) {
            server.start();
            TestService client = client(server);
            assertThat(client.provision("ada").status()).isEqualTo(201);
            JsonNode health = client.get("/api/v1/health").json();
            assertThat(health.path("status").textValue()).isEqualTo("DEGRADED");
            assertThat(health.at("/components/event_bus/status").textValue()).isEqualTo("DOWN");
            assertThat(client.get("/api/v1/health/ready").status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("tells its health while database and bus hang, and is itself again when they do not")
    void hanging() throws Exception {
        try (RedisServer redis = RedisServer.start();
                StillWire toDatabase = StillWire.to(Postgres.port());
                StillWire toRedis = StillWire.to(redis.port())) {
            environment.put(
                    "DATABASE_URL", Postgres.emptySchema().replace(":" + Postgres.port(), ":" + toDatabase.port()));
            environment.put("REDIS_URL", "redis://127.0.0.1:" + toRedis.port());
            try (PfmServer server = open()) {
                server.start();
                TestService client = client(server);
                assertThat(client.get("/api/v1/health").json().path("status").textValue())
                        .isEqualTo("UP");
                toDatabase.still();
                toRedis.still();
                JsonNode health = client.get("/api/v1/health").json();
                while (health.path("status").textValue().equals("UP")) { // an answer of before
                    health = client.get("/api/v1/health").json();
                }
                assertThat(client.get("/api/v1/health/live").status()).isEqualTo(200);
                assertThat(client.get("/api/v1/health/ready").status()).isEqualTo(503);
                health = client.get("/api/v1/health").json();
                assertThat(health.at("/components/database/status").textValue()).isEqualTo("DOWN");
                assertThat(health.at("/components/event_bus/status").textValue())
                        .isEqualTo("DOWN");
                assertThat(health.at("/components/key_vault/status").textValue())
                        .isEqualTo("UP");
                toDatabase.flow();
                toRedis.flow();
                while (!health.path("status").textValue().equals("UP")) {
                    health = client.get("/api/v1/health").json();
                }
            }
        }
    }
}
