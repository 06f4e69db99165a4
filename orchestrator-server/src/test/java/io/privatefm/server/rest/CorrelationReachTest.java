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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A request's correlation id, on the wire")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorrelationReachTest {
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

    @Test
    @DisplayName("is a new one where the caller's is none, or not one that can be written down")
    void replaced() throws Exception {
        for (String bad : List.of("", "   ", "x".repeat(129), "tab\there", "caf\u00e9", "\u0001")) {
            assertThat(raw(LIVE, HEADER + ": " + bad)).as(bad).matches(DRAWN);
        }
        assertThat(raw(LIVE, HEADER + ": \"}\\{<&>%0d%0a"))
                .isEqualTo("\"}\\{<&>%0d%0a"); // harmless, and the caller's own
        assertThat(raw(LIVE, HEADER + ": one\r\n" + HEADER + ": two")).matches(DRAWN);
        String trace = "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01";
        assertThat(raw(LIVE, trace)).isEqualTo(TRACE);
        assertThat(raw(LIVE, trace + "\r\n" + trace)).isNotEqualTo(TRACE); // which of two is not said
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
    @DisplayName("is in the problem of a request too which nobody but the HTTP server has seen")
    void problems() throws Exception {
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
