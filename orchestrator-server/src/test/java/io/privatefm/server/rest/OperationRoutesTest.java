/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static io.privatefm.server.operation.OperationHome.QUICK;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.server.access.Principal;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.server.night.NightHistory;
import io.privatefm.server.operation.Database;
import io.privatefm.server.operation.Gate;
import io.privatefm.server.operation.OpenOperations;
import io.privatefm.server.operation.OperationHome;
import io.privatefm.spi.LearnerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Operations over HTTP")
class OperationRoutesTest {
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final String MERGE = "/api/v1/namespaces/ada/merge";
    private static final String FALLBACK = "/api/v1/namespaces/ada/fallback";

    /** Few threads: those who watch must not hold any. */
    private static final Bounds NARROW = new Bounds(
            12,
            8,
            20,
            512,
            8 << 10,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            1,
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    @TempDir
    private Path dir;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Gate gate = new Gate();
    private final Map<String, Scope> asked = new ConcurrentHashMap<>();
    private OpenOperations open;
    private NightHistory nights;
    private OperationResource resource;
    private RestServer server;
    private int port;

    @BeforeEach
    void start() throws Exception {
        OperationHome home = OperationHome.create(dir, Database.H2);
        nights = new NightHistory(home.connections(), "node", home.clock());
        open = home.open(QUICK, setup -> setup.executor(gate, 1).addListener(nights), foundation -> foundation)
                .started();
        home.learner(open.pfm(), ADA, 1);
        RateLimits limits = new RateLimits(8, () -> 0);
        resource = new OperationResource(open.operations(), Duration.ofMillis(50));
        server = new RestServer(
                new RestSettings("127.0.0.1", 0, Optional.empty(), 1 << 20),
                NARROW,
                (wanted, given, action, source) -> {
                    asked.put(action, wanted);
                    return new Principal(given.key().orElse("service"), EnumSet.allOf(Scope.class));
                },
                open.pfm()::correlated,
                List.of(
                        resource,
                        new MergeResource(open.pfm(), open.operations(), limits),
                        new FallbackResource(open.pfm(), open.operations(), limits),
                        new NightResource(open.pfm(), open.operations(), nights, limits),
                        new RecoveryResource(open.pfm())));
        port = server.start();
    }

    @AfterEach
    void stop() {
        gate.open();
        resource.close();
        server.close();
        open.close();
        nights.close();
    }

    @Test
    @DisplayName("are taken on, and tell how they go on until their end")
    void events() throws Exception {
        gate.shut();
        HttpResponse<String> accepted = post(MERGE, "");
        assertThat(accepted.statusCode()).isEqualTo(202);
        JsonNode operation = json(accepted);
        String location = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .isEqualTo("/api/v1/merge-operations/"
                        + operation.path("operation_id").textValue());
        assertThat(operation.path("kind").textValue()).isEqualTo("MERGE");
        assertThat(operation.toString()).doesNotContain("\"ada\"");
        assertThat(names(operation))
                .containsExactly(
                        "operation_id",
                        "kind",
                        "status",
                        "ns_uid",
                        "outcome",
                        "detail",
                        "checkpoint_version",
                        "checkpoint_hash",
                        "progress",
                        "attempts",
                        "created_at",
                        "started_at",
                        "ended_at");
        gate.awaitArrival();

        HttpResponse<Stream<String>> stream = stream(location);
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        List<String> lines = new ArrayList<>();
        stream.body().forEach(line -> {
            lines.add(line);
            if (line.equals(":")) { // it is there, though nothing happens
                gate.open();
            }
        });

        List<JsonNode> states = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("data: ")) {
                states.add(Json.MAPPER.readTree(line.substring("data: ".length())));
            }
        }
        assertThat(lines.stream().filter(line -> line.equals("event: operation")))
                .hasSize(states.size());
        assertThat(states.get(0).path("status").textValue()).isEqualTo("RUNNING");
        JsonNode last = states.get(states.size() - 1);
        assertThat(last.path("status").textValue()).isEqualTo("SUCCEEDED");
        assertThat(last.path("outcome").textValue()).isEqualTo("MERGED");
        assertThat(last.path("checkpoint_version").longValue()).isEqualTo(1);
        assertThat(json(get(location))).isEqualTo(last);
        assertThat(stream(location).body().filter(line -> line.startsWith("data: ")))
                .as("one that ended: its last state, and the end")
                .hasSize(1);
        assertThat(asked)
                .containsEntry("POST /api/v1/namespaces/{learner_id}/merge", Scope.MERGE)
                .containsEntry("GET /api/v1/merge-operations/{operation_id}", Scope.READ)
                .containsEntry("GET /api/v1/merge-operations/{operation_id}/events", Scope.READ);
    }

    @Test
    @DisplayName(
            "are watched by many without a thread for each; one too many is refused, and a stop ends their streams")
    void manyWatchers() throws Exception {
        gate.shut();
        String location = post(MERGE, "").headers().firstValue("Location").orElseThrow();
        List<BufferedReader> watching = new ArrayList<>();
        for (int i = 0; i < QUICK.watchers(); i++) {
            HttpResponse<InputStream> answer =
                    client.send(request(location + "/events").build(), BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            BufferedReader reader = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            assertThat(reader.readLine()).isEqualTo("event: operation");
            watching.add(reader);
        }
        HttpResponse<String> refused = get(location + "/events");
        assertProblem(refused, 503, "TOO_MANY_WATCHERS");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(get(location).statusCode()).isEqualTo(200);

        watching.get(0).close(); // a beat finds out
        int status = 503;
        while (status == 503) {
            HttpResponse<InputStream> answer =
                    client.send(request(location + "/events").build(), BodyHandlers.ofInputStream());
            status = answer.statusCode();
            answer.body().close();
        }
        assertThat(status).isEqualTo(200);

        resource.close();
        for (BufferedReader reader : watching.subList(1, watching.size())) {
            assertThat(reader.lines().filter(line -> line.contains("SUCCEEDED")))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("are taken on once for each Idempotency-Key")
    void idempotency() throws Exception {
        HttpResponse<String> first = post(MERGE, "{}", "Idempotency-Key", "k-1");
        HttpResponse<String> again = post(MERGE, "", "Idempotency-Key", "k-1");
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(again.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
        assertThat(post(FALLBACK, "{\"version\":1}", "Idempotency-Key", "k-1")
                        .headers()
                        .firstValue("Idempotency-Replayed"))
                .as("another route")
                .isEmpty();
        assertProblem(post(FALLBACK, "{}", "Idempotency-Key", "k-1"), 422, "IDEMPOTENCY_KEY_REUSED");
        HttpResponse<String> wrong = post(MERGE, "", "Idempotency-Key", "k".repeat(256));
        assertProblem(wrong, 422, "INVALID_ARGUMENT");
        assertThat(json(wrong).at("/errors/0/parameter").textValue()).isEqualTo("Idempotency-Key");
    }

    @Test
    @DisplayName(
            "are refused for learners that are not there, for what is not understood, and where there were too many")
    void refusals() throws Exception {
        assertProblem(post("/api/v1/namespaces/nobody/merge", ""), 404, "NAMESPACE_NOT_FOUND");
        assertProblem(post("/api/v1/namespaces/nobody/fallback", ""), 404, "NAMESPACE_NOT_FOUND");
        assertProblem(get("/api/v1/merge-operations/0"), 404, "OPERATION_NOT_FOUND");
        assertProblem(get("/api/v1/merge-operations/" + "0".repeat(32)), 404, "OPERATION_NOT_FOUND");
        assertProblem(get("/api/v1/merge-operations/0/events"), 404, "OPERATION_NOT_FOUND");
        assertProblem(post(MERGE, "{\"now\":true}"), 422, "INVALID_ARGUMENT");
        for (String body : List.of(
                "{\"version\":0}",
                "{\"version\":\"1\"}",
                "{\"time\":\"yesterday\"}",
                "{\"time\":\"+999999999-12-31T23:59:60Z\"}",
                "{\"time\":\"1969-12-31T23:59:59Z\"}",
                "{\"version\":1,\"time\":\"2026-01-31T02:00:00Z\"}")) {
            assertProblem(post(FALLBACK, body), 422, "INVALID_ARGUMENT");
        }
        assertProblem(post(FALLBACK, "{"), 400, "MALFORMED_REQUEST");
        for (int i = 0; i < 8; i++) {
            post(MERGE, "", "X-API-Key", "hasty");
        }
        HttpResponse<String> tooMany = post(MERGE, "", "X-API-Key", "hasty");
        assertProblem(tooMany, 429, "TOO_MANY_REQUESTS");
        assertThat(tooMany.headers().firstValue("Retry-After")).isPresent();
        assertThat(post(FALLBACK, "", "X-API-Key", "hasty").statusCode()).isEqualTo(202);
    }

    @Test
    @DisplayName("bring a namespace back as it was at a time")
    void fallbackToTime() throws Exception {
        open.ended(id(post(MERGE, "")));
        String operation = id(post(FALLBACK, "{\"time\":\"2999-01-31T02:00:00Z\"}"));
        assertThat(open.ended(operation).outcome()).contains("RESTORED");
        assertThat(asked).containsEntry("POST /api/v1/namespaces/{learner_id}/fallback", Scope.FALLBACK);
    }

    @Test
    @DisplayName("run nights, which can be paused, and whose history is listed page by page")
    void nights() throws Exception {
        HttpResponse<String> accepted = post("/api/v1/nights", "");
        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(open.ended(id(accepted)).outcome()).contains("NIGHT_DONE");
        HttpResponse<String> paused = send(request("/api/v1/nights/pause")
                .PUT(BodyPublishers.ofString("{\"reason\":\"a move\"}"))
                .header("Content-Type", "application/json"));
        assertThat(json(paused).toString()).isEqualTo("{\"paused\":\"a move\"}");
        assertThat(open.ended(id(post("/api/v1/nights", ""))).outcome()).contains("NIGHT_ENDED_EARLY");
        HttpResponse<String> resumed = send(request("/api/v1/nights/pause").DELETE());
        assertThat(json(resumed).toString()).isEqualTo("{\"paused\":null}");
        assertProblem(
                send(request("/api/v1/nights/pause")
                        .PUT(BodyPublishers.ofString("{\"reason\":\" \"}"))
                        .header("Content-Type", "application/json")),
                422,
                "INVALID_ARGUMENT");

        HttpResponse<String> first = get("/api/v1/nights?limit=1");
        JsonNode newest = json(first).at("/items/0");
        assertThat(newest.path("ended_early").textValue()).isEqualTo("PAUSED");
        assertThat(names(newest))
                .containsExactly(
                        "night_id",
                        "started_at",
                        "ended_at",
                        "node",
                        "due",
                        "done",
                        "merged",
                        "rejected",
                        "up_to_date",
                        "left",
                        "ended_early",
                        "running",
                        "seconds_left");
        String next = first.headers().firstValue("Link").orElseThrow();
        HttpResponse<String> second = get(next.substring(1, next.indexOf('>')));
        assertThat(json(second).at("/items/0/merged").intValue()).isEqualTo(1);
        assertThat(json(second).path("next").isNull()).isTrue();
        assertThat(asked).containsEntry("POST /api/v1/nights", Scope.OPERATE);
    }

    @Test
    @DisplayName("let fallbacks go on that were stopped")
    void resume() throws Exception {
        open.pfm().recovery().stop("too many at once");
        HttpResponse<String> resumed = post("/api/v1/recovery/resume", "");
        assertThat(json(resumed).toString()).isEqualTo("{\"stopped\":null}");
        assertThat(open.pfm().recovery().stopped()).isEmpty();
    }

    private void assertProblem(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(json(answer).path("code").textValue()).isEqualTo(code);
    }

    private static String id(HttpResponse<String> accepted) throws IOException {
        return json(accepted).path("operation_id").textValue();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.MAPPER.readTree(answer.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private HttpResponse<Stream<String>> stream(String location) throws Exception {
        return client.send(request(location + "/events").build(), BodyHandlers.ofLines());
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request =
                request(path).POST(body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
