/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static io.privatefm.server.rest.LiveService.NAMESPACES;
import static io.privatefm.server.rest.LiveService.json;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisplayName("A request's correlation id")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorrelationTest {
    private static final String LIVE = "/api/v1/health/live";
    private static final String DRAWN = "[0-9a-f]{32}";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private final AccessLines lines = new AccessLines();
    private LiveService service;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        service = LiveService.in(folder);
        lines.begin();
    }

    @AfterAll
    void stop() {
        lines.end();
        service.close();
    }

    private String id(String... headers) throws Exception {
        HttpResponse<String> answer = service.get(LIVE, headers);
        assertThat(answer.headers().allValues("X-Correlation-Id")).hasSize(1);
        return answer.headers().firstValue("X-Correlation-Id").orElseThrow();
    }

    @Test
    @DisplayName("is the caller's own")
    void own() throws Exception {
        for (String id : List.of("a", "order 66/ABC-~{}\"", "x".repeat(128))) {
            assertThat(id("X-Correlation-Id", id)).isEqualTo(id);
        }
        assertThat(id("X-Correlation-Id", "mine", "traceparent", "00-" + TRACE + "-" + PARENT + "-01"))
                .as("rather than the trace's")
                .isEqualTo("mine");
    }

    @Test
    @DisplayName("is a new one where the caller has none, or none that can be one")
    void replaced() throws Exception {
        Set<String> drawn = new HashSet<>();
        drawn.add(id());
        drawn.add(id("X-Correlation-Id", "x".repeat(129)));
        drawn.add(id("X-Correlation-Id", " "));
        drawn.add(id("X-Correlation-Id", "with a\ttab"));
        drawn.add(id("X-Correlation-Id", "one", "X-Correlation-Id", "two"));
        assertThat(drawn).hasSize(5).allMatch(id -> id.matches(DRAWN));
    }

    @Test
    @DisplayName("is that of the trace that the request belongs to")
    void trace() throws Exception {
        String rest = TRACE + "-" + PARENT + "-01";
        assertThat(id("traceparent", "00-" + rest)).isEqualTo(TRACE);
        assertThat(id("traceparent", "cc-" + rest + "-what-comes"))
                .as("a later version")
                .isEqualTo(TRACE);
        assertThat(id("X-Correlation-Id", "x".repeat(129), "traceparent", "00-" + rest))
                .isEqualTo(TRACE);
        for (String wrong : List.of(
                "ff-" + rest,
                "00-" + rest + "-more",
                "00-" + "0".repeat(32) + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + "0".repeat(16) + "-01",
                "00-" + TRACE.toUpperCase(Locale.ROOT) + "-" + PARENT + "-01",
                TRACE)) {
            assertThat(id("traceparent", wrong)).as(wrong).matches(DRAWN).isNotEqualTo(TRACE);
        }
    }

    @Test
    @DisplayName("is in the problem, whoever refuses the request, and in the log")
    void everywhere() throws Exception {
        List<HttpRequest.Builder> refused = List.of(
                service.request(NAMESPACES + "/nobody"),
                service.request("/api/v1/nowhere"),
                service.bare(NAMESPACES),
                service.request(LIVE).POST(BodyPublishers.ofString("{}")),
                service.posting(NAMESPACES, "{"));
        for (int i = 0; i < refused.size(); i++) {
            String id = "refused request " + i;
            HttpResponse<String> answer = service.send(refused.get(i).header("X-Correlation-Id", id));
            assertThat(answer.statusCode() / 100).isEqualTo(4);
            assertThat(answer.headers().firstValue("X-Correlation-Id")).contains(id);
            assertThat(json(answer).path("correlation_id").textValue()).isEqualTo(id);
            assertThat(json(answer).path("instance").textValue()).isEqualTo("urn:pfm:request:refused+request+" + i);
            lines.await(id);
        }
        service.get(LIVE, "X-Correlation-Id", "one that was served");
        lines.await("one that was served");
        assertThat(lines.text()).doesNotContain("nobody");
    }

    /** What the access log says; a line may come a little after its answer. */
    private static final class AccessLines extends AppenderBase<ILoggingEvent> {
        private final Logger log = (Logger) LoggerFactory.getLogger("io.privatefm.access");
        private final Level before = log.getLevel();
        private final List<String> lines = new CopyOnWriteArrayList<>();

        void begin() {
            setContext(log.getLoggerContext());
            start();
            log.setLevel(Level.INFO);
            log.addAppender(this);
        }

        void end() {
            log.detachAppender(this);
            log.setLevel(before);
        }

        @Override
        protected synchronized void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage() + " " + event.getKeyValuePairs());
            notifyAll();
        }

        synchronized void await(String id) throws InterruptedException {
            while (lines.stream().noneMatch(line -> line.contains("correlation_id=\"" + id + "\""))) {
                wait();
            }
        }

        String text() {
            return String.join("\n", lines);
        }
    }
}
