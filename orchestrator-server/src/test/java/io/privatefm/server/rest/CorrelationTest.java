/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static io.privatefm.server.rest.LiveService.NAMESPACES;
import static io.privatefm.server.rest.LiveService.json;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A request's correlation id")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorrelationTest {
    private static final String HEADER = "X-Correlation-Id";
    private static final String LIVE = "/api/v1/health/live";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String DRAWN = "[0-9a-f]{32}";

    private LiveService service;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        service = LiveService.in(folder);
    }

    @AfterAll
    void stop() {
        service.close();
    }

    private static String id(HttpResponse<?> answer) {
        assertThat(answer.headers().allValues(HEADER)).hasSize(1);
        return answer.headers().firstValue(HEADER).orElseThrow();
    }

    @Test
    @DisplayName("is the caller's own, in whatever is answered, as it was sent")
    void given() throws Exception {
        for (String id : List.of("a", "x".repeat(128), "order 66", "\"}\\{<&>%0d%0a", "0")) {
            assertThat(id(service.get(LIVE, HEADER, id))).isEqualTo(id);
            HttpResponse<String> unknown = service.get(NAMESPACES + "/nobody", HEADER, id);
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(id(unknown)).isEqualTo(id);
            assertThat(json(unknown).path("correlation_id").textValue()).isEqualTo(id);
        }
    }

    @Test
    @DisplayName("is a new one where the caller's is none, or not one that can be written down")
    void replaced() throws Exception {
        Set<String> drawn = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            drawn.add(id(service.get(LIVE)));
        }
        assertThat(drawn).hasSize(20).allMatch(id -> id.matches(DRAWN));
        for (String bad : List.of("", "   ", "x".repeat(129), "tab\there", "caf\u00e9", "\u0001")) {
            assertThat(raw(LIVE, HEADER + ": " + bad)).as(bad).matches(DRAWN);
        }
        assertThat(raw(LIVE, HEADER + ": one\r\n" + HEADER + ": two")).matches(DRAWN);
    }

    /** The id of the answer to a request with header lines as they are. */
    private String raw(String path, String lines) throws IOException {
        String answer =
                send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lines + "\r\n\r\n");
        return answer.lines()
                .filter(line -> line.startsWith(HEADER + ": "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(answer))
                .substring(HEADER.length() + 2);
    }

    private String send(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    @DisplayName("is its trace's id where a valid traceparent says which that is, and the caller gave none of its own")
    void trace() throws Exception {
        for (String valid : List.of(
                "00-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7-00",
                "01-" + TRACE + "-00f067aa0ba902b7-01-what-comes-later")) {
            assertThat(id(service.get(LIVE, "traceparent", valid))).as(valid).isEqualTo(TRACE);
            assertThat(id(service.get(LIVE, "traceparent", valid, HEADER, "mine")))
                    .isEqualTo("mine");
            assertThat(id(service.get(LIVE, "traceparent", valid, HEADER, "x".repeat(129))))
                    .isEqualTo(TRACE);
        }
        for (String invalid : List.of(
                "ff-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7-01-more",
                "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-" + TRACE.toUpperCase(java.util.Locale.ROOT) + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7",
                TRACE,
                "-")) {
            assertThat(id(service.get(LIVE, "traceparent", invalid)))
                    .as(invalid)
                    .matches(DRAWN)
                    .isNotEqualTo(TRACE);
        }
        String one = "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01";
        assertThat(raw(LIVE, one)).isEqualTo(TRACE);
        assertThat(raw(LIVE, one + "\r\n" + one)).isNotEqualTo(TRACE); // which of two is not said
    }

    @Test
    @DisplayName("is in every problem, that of a request too which nobody but the HTTP server has seen")
    void problems() throws Exception {
        for (HttpResponse<String> refused : List.of(
                service.send(service.bare(NAMESPACES)),
                service.get("/nothing/here"),
                service.post(NAMESPACES + "/ada", "{}"),
                service.post(NAMESPACES, "{"),
                service.get(NAMESPACES + "?limit=0"),
                service.get("/api/v1/namespaces/%00"))) {
            assertThat(refused.statusCode()).isBetween(400, 499);
            assertThat(id(refused)).matches(DRAWN);
            assertThat(json(refused).path("correlation_id").textValue()).isEqualTo(id(refused));
        }
        for (String broken : List.of(
                "GET\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
                "GET /% HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
            String answer = send(broken);
            String header = answer.lines()
                    .filter(line -> line.startsWith(HEADER + ": "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(answer));
            JsonNode problem = Json.MAPPER.readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertThat(problem.path("correlation_id").textValue())
                    .matches(DRAWN)
                    .isEqualTo(header.substring(HEADER.length() + 2));
        }
    }

    @Test
    @DisplayName("is in the line that the request leaves in the log, and in the events that it causes")
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void logged() throws Exception {
        try (RecordedLog log = RecordedLog.of("io.privatefm.access")) {
            service.get(NAMESPACES + "/nobody", HEADER, "looked-for");
            ILoggingEvent line =
                    log.await(event -> RecordedLog.pair(event, "correlation_id").equals("looked-for"));
            assertThat(RecordedLog.pair(line, "status")).isEqualTo("404");
            assertThat(RecordedLog.pair(line, "route")).isEqualTo("GET /api/v1/namespaces/{learner_id}");
            assertThat(line.getMDCPropertyMap()).containsEntry("correlation_id", "looked-for");

            service.get(NAMESPACES + "/nobody"); // another request, on a thread that may be the same
            ILoggingEvent next =
                    log.await(event -> RecordedLog.pair(event, "status").equals("404"));
            assertThat(RecordedLog.pair(next, "correlation_id")).matches(DRAWN);
        }
        String wanted = "{\"learner_id\":\"ada\",\"subjects\":[\"math\"]}";
        assertThat(service.post(NAMESPACES, wanted, HEADER, "made-by-this").statusCode())
                .isEqualTo(201);
        JsonNode events = json(service.get(NAMESPACES + "/ada/events")).path("items");
        assertThat(events).isNotEmpty();
        assertThat(events)
                .allSatisfy(
                        event -> assertThat(event.at("/payload/correlation_id").textValue())
                                .as(event.toString())
                                .isEqualTo("made-by-this"));
    }
}
