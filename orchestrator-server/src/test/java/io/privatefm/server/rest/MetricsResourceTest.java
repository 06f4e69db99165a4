/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.AccessException;
import io.privatefm.server.access.Credentials;
import io.privatefm.server.access.Principal;
import io.privatefm.server.access.Scope;
import io.privatefm.server.health.ComponentCheck;
import io.privatefm.server.health.HealthChecks;
import io.privatefm.server.metrics.ServiceMetrics;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.store.OrchestratorStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The service's metrics")
class MetricsResourceTest {
    private static final String CANARY = "canary-learner";

    private final OrchestratorStore store = InMemory.store();
    private final AtomicLong nanos = new AtomicLong();
    private final ServiceMetrics metrics = new ServiceMetrics(store, new OneRelease());
    private final Orchestrator pfm = Orchestrator.builder(store, InMemory.blobs(), new OneRelease())
            .addListener(metrics.listener())
            .build();
    private final HttpClient client = HttpClient.newHttpClient();
    private RestServer server;
    private int port;

    @BeforeEach
    void start() {
        HealthChecks checks = new HealthChecks(
                List.of(ComponentCheck.required("database", () -> "answers"), ComponentCheck.useful("event_bus", () -> {
                    throw new IOException("on purpose");
                })));
        server = new RestServer(
                new RestSettings("127.0.0.1", 0, Optional.empty(), 1 << 20),
                Bounds.STANDARD,
                MetricsResourceTest::admit,
                pfm::correlated,
                List.of(new RequestTimes(metrics, nanos::get), new MetricsResource(metrics, checks), this::addRoutes));
        port = server.start();
    }

    private void addRoutes(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/namespaces/{learner_id}", ctx -> nanos.addAndGet(300_000_000), Scope.READ);
        routes.post(
                "/api/v1/namespaces/{learner_id}/broken",
                ctx -> {
                    throw new IllegalStateException("on purpose");
                },
                Scope.READ);
    }

    private static Principal admit(Scope wanted, Credentials given, String action, String source) {
        if (given.key().isEmpty()) {
            throw AccessException.unauthenticated();
        }
        return new Principal(given.key().get(), Set.of(wanted));
    }

    @AfterEach
    void close() {
        server.close();
        pfm.close();
        metrics.close();
    }

    private HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private String scrape() throws Exception {
        return send("GET", "/api/v1/metrics", "X-API-Key", "prometheus").body();
    }

    @Test
    @DisplayName("are in Prometheus' text format 0.0.4, whatever is asked for, with exactly the promised names")
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void text() throws Exception {
        HttpResponse<String> answer = send(
                "GET",
                "/api/v1/metrics",
                "X-API-Key",
                "prometheus",
                "Accept",
                "application/openmetrics-text; version=1.0.0, text/plain;version=0.0.4;q=0.5");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body())
                .contains(
                        "# TYPE namespace_count_total gauge\n",
                        "# TYPE merge_operations_total counter\n",
                        "# TYPE merge_duration_seconds histogram\n",
                        "# TYPE fallback_operations_total counter\n",
                        "# TYPE checkpoint_size_bytes histogram\n",
                        "# TYPE jvm_memory_used_bytes gauge\n",
                        "# TYPE process_uptime_seconds gauge\n")
                .doesNotContain("# EOF");
        String scraped = answer.body();
        while (!scraped.contains(
                "\nnamespace_count_total{status=\"ACTIVE\"} 0.0\n")) { // another thread looks at the store
            scraped = scrape();
        }
    }

    @Test
    @DisplayName("are for those who have a key")
    void guarded() throws Exception {
        assertThat(send("GET", "/api/v1/metrics").statusCode()).isEqualTo(401);
    }

    @Test
    @DisplayName("time requests by route and class of status, errors too, and name no learner")
    void requests() throws Exception {
        assertThat(send("GET", "/api/v1/namespaces/" + CANARY, "X-API-Key", "one")
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/api/v1/namespaces/" + CANARY).statusCode()).isEqualTo(401);
        assertThat(send("POST", "/api/v1/namespaces/" + CANARY + "/broken", "X-API-Key", "one")
                        .statusCode())
                .isEqualTo(500);
        assertThat(send("GET", "/" + CANARY).statusCode()).isEqualTo(404);
        assertThat(send("BREW", "/" + CANARY).statusCode()).isGreaterThanOrEqualTo(400);

        String scrape = scrape();
        String namespace =
                "http_server_requests_seconds_%s{method=\"GET\",route=\"/api/v1/namespaces/{learner_id}\",status=\"%s\"%s} ";
        assertThat(scrape)
                .contains(
                        "# TYPE http_server_requests_seconds histogram\n",
                        namespace.formatted("count", "2xx", "") + "1\n",
                        namespace.formatted("sum", "2xx", "") + "0.3\n",
                        namespace.formatted("bucket", "2xx", ",le=\"0.25\"") + "0\n",
                        namespace.formatted("bucket", "2xx", ",le=\"0.5\"") + "1\n",
                        namespace.formatted("count", "4xx", "") + "1\n",
                        "http_server_requests_seconds_count{method=\"POST\",route=\"/api/v1/namespaces/{learner_id}/broken\","
                                + "status=\"5xx\"} 1\n",
                        "http_server_requests_seconds_count{method=\"none\",route=\"none\",status=\"4xx\"} ")
                .doesNotContain(CANARY, "BREW");
    }

    @Test
    @DisplayName("show which component is down")
    void components() throws Exception {
        assertThat(scrape())
                .contains(
                        "# TYPE pfm_component_up gauge\n",
                        "pfm_component_up{component=\"database\"} 1.0\n",
                        "pfm_component_up{component=\"event_bus\"} 0.0\n");
    }

    /** A foundation that is only listed. */
    private static final class OneRelease implements FoundationStore {
        @Override
        public List<FoundationRelease> releases() {
            return List.of(new FoundationRelease(1, "r1", Optional.empty()));
        }

        @Override
        public ModelFiles open(FoundationRelease release) {
            throw new UnsupportedOperationException();
        }
    }
}
