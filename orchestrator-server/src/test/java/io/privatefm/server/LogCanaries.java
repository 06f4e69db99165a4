/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.privatefm.server.access.ApiKey;
import io.privatefm.server.access.Scope;
import io.privatefm.server.access.StoredKeys;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.server.home.HomeKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Secrets that a service is given or shown, in requests of all kinds; none of them may be in what it logs. */
final class LogCanaries {
    static final String SERVICE_KEY = "service-key-canary-0123456789abcdef0";
    static final String GUARDIAN_KEY = "guardian-key-canary-0123456789abcdef";
    static final String DATABASE_PASSWORD = "database-password-canary";
    static final String BUS_PASSWORD = "buspasswordcanary";
    static final String ROOT_KEY = "ca4a41e5".repeat(8);

    private static final String WRONG_KEY = "wrong-key-canary-0123456789abcdef012";
    private static final String LEARNER = "learner-canary-4711";
    private static final String TEXT = "text-canary-of-a-body";

    private final List<String> secrets = new ArrayList<>(
            List.of(SERVICE_KEY, GUARDIAN_KEY, DATABASE_PASSWORD, BUS_PASSWORD, ROOT_KEY, WRONG_KEY, TEXT));
    private final String url;

    private LogCanaries(String url) {
        this.url = url;
    }

    /** What the service is started with. */
    static Map<String, String> environment() {
        return Map.of(
                "SERVICE_API_KEY", SERVICE_KEY,
                "GUARDIAN_API_KEY", GUARDIAN_KEY,
                "ENCRYPTION_KEY", ROOT_KEY,
                "LOG_LEVEL", "debug",
                "LOG_FORMAT", "json");
    }

    /** Sends requests of all kinds. */
    static LogCanaries show(String url, Path home, String database) throws IOException, InterruptedException {
        LogCanaries canaries = new LogCanaries(url);
        canaries.show(canaries.storedKey(home, database));
        return canaries;
    }

    private String storedKey(Path home, String database) {
        try (HomeDatabase opened = HomeDatabase.open(home, Optional.of(database))) {
            StoredKeys keys = new StoredKeys(
                    opened.connections(),
                    HomeKeys.pepper(home, Optional.empty(), Optional.of(ROOT_KEY)),
                    InstantSource.system(),
                    System::nanoTime);
            String key = keys.create(ApiKey.Environment.LIVE, Set.of(Scope.READ), "a reader", Optional.empty())
                    .key()
                    .text();
            secrets.add(key.split("_", -1)[3]);
            return key;
        }
    }

    private void show(String storedKey) throws IOException, InterruptedException {
        String path = "/api/v1/namespaces/" + LEARNER;
        TestService service = new TestService(url, SERVICE_KEY);
        assertThat(service.provision(LEARNER).status()).isEqualTo(201);
        assertThat(service.provision(LEARNER).status()).isEqualTo(409);
        assertThat(service.upload(LEARNER).status()).isEqualTo(201);
        service.ended(service.send("POST", path + "/merge", "", "Idempotency-Key", TEXT));
        service.ended(service.send("POST", path + "/fallback", "{\"version\":1}"));
        assertThat(service.send("POST", path + "/fallback", "{\"version\":99}").status() / 100)
                .isNotEqualTo(5);
        for (String part : List.of(
                "",
                "/adapters",
                "/checkpoints",
                "/events",
                "/health?verify=true",
                "/checkpoints/1/variants/math/export")) {
            assertThat(service.get(path + part).status()).as(part).isEqualTo(200);
        }
        service.get(path + "-nobody");
        service.get(path + "/checkpoints/99");
        service.get(path + "/" + TEXT + "?" + TEXT + "=" + TEXT);
        service.send("POST", "/api/v1/namespaces", "{\"learner_id\":\"" + TEXT + "\"" + TEXT);
        service.send("POST", "/api/v1/namespaces", "{\"" + TEXT + "\":1}");
        service.send(
                "PUT", path + "/adapters/math", "{\"uri\":\"" + TEXT + "\",\"sha256\":\"" + "0".repeat(64) + "\"}");
        service.send("PUT", path + "/adapters/math", "{\"uri\":\"../" + TEXT + "\",\"sha256\":\"" + TEXT + "\"}");
        assertThat(new TestService(url, WRONG_KEY).get(path).status()).isEqualTo(401);
        assertThat(new TestService(url, storedKey).get(path).status()).isEqualTo(200);
        assertThat(new TestService(url, storedKey)
                        .send("POST", path + "/merge", "")
                        .status())
                .isEqualTo(403);
        TestService nobody = new TestService(url, "");
        assertThat(nobody.send("GET", path, "", "Authorization", "Bearer " + WRONG_KEY)
                        .status())
                .isEqualTo(401);
        assertThat(deletion(nobody, path, WRONG_KEY)).isEqualTo(401);
        assertThat(deletion(nobody, path, GUARDIAN_KEY)).isEqualTo(200);
        assertThat(service.get(path).status()).isNotEqualTo(200);
    }

    private static int deletion(TestService nobody, String path, String key) throws IOException, InterruptedException {
        return nobody.send("DELETE", path, "", "X-Guardian-Key", key, "X-Guardian-Id", TEXT)
                .status();
    }

    /** No secret in any line, no learner in one of level INFO or above; each line one JSON object. */
    void assertNotIn(List<String> lines) throws IOException {
        assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(line).doesNotContain(secrets));
        List<String> events =
                lines.stream().filter(line -> line.startsWith("{")).toList();
        assertThat(events).hasSizeGreaterThan(20);
        for (String line : events) {
            JsonNode event = new JsonMapper().readTree(line);
            assertThat(event.has("level") && event.has("formattedMessage"))
                    .as(line)
                    .isTrue();
            if (!event.path("level").textValue().equals("DEBUG")) {
                assertThat(line).doesNotContain(LEARNER);
            }
        }
        assertThat(events).anyMatch(line -> line.contains("\"level\":\"DEBUG\""));
        assertThat(events).anyMatch(line -> line.contains("\"correlation_id\""));
    }
}
