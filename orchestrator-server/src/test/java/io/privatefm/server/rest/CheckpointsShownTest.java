/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static io.privatefm.server.rest.LiveService.NAMESPACES;
import static io.privatefm.server.rest.LiveService.assertProblem;
import static io.privatefm.server.rest.LiveService.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
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

@DisplayName("Checkpoints over HTTP")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckpointsShownTest {
    private static final String CHECKPOINTS = NAMESPACES + "/ada/checkpoints";

    private LiveService service;

    /** A learner with two checkpoints. */
    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        service = LiveService.in(folder);
        assertThat(service.provision("ada").statusCode()).isEqualTo(201);
        for (FormBody adapter : List.of(FormBody.adapter(), FormBody.other())) {
            assertThat(service.send(service.uploading("ada", adapter.whole())).statusCode())
                    .isEqualTo(201);
            merge();
        }
    }

    @AfterAll
    void stop() {
        service.close();
    }

    private void merge() throws Exception {
        HttpResponse<String> accepted = service.post(NAMESPACES + "/ada/merge", "");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String operation = accepted.headers().firstValue("Location").orElseThrow();
        service.get(operation + "/events"); // a stream until its end
        assertThat(json(service.get(operation)).path("outcome").textValue()).isEqualTo("MERGED");
    }

    private HttpResponse<byte[]> export(String path) throws Exception {
        return service.sendForBytes(service.request(path));
    }

    private static String exported(String learner, long version) {
        return NAMESPACES + "/" + learner + "/checkpoints/" + version + "/variants/math/export";
    }

    @Test
    @DisplayName("are listed, the newest first, page by page to the end")
    void listed() throws Exception {
        JsonNode all = json(service.get(CHECKPOINTS));
        assertThat(all.path("items").findValuesAsText("version")).containsExactly("2", "1");
        assertThat(all.path("next").isNull()).isTrue();

        HttpResponse<String> first = service.get(CHECKPOINTS + "?limit=1");
        assertThat(json(first).path("items").findValuesAsText("version")).containsExactly("2");
        assertThat(json(first).path("next").longValue()).isEqualTo(2);
        String link = first.headers().firstValue("Link").orElseThrow();
        assertThat(link).startsWith("<" + CHECKPOINTS).endsWith(">; rel=\"next\"");
        HttpResponse<String> last = service.get(link.substring(1, link.indexOf('>')));
        assertThat(json(last).path("items").findValuesAsText("version")).containsExactly("1");
        assertThat(json(last).path("next").isNull()).isTrue();
        assertThat(last.headers().firstValue("Link")).isEmpty();
        assertThat(json(service.get(CHECKPOINTS + "?after=1")).path("items")).isEmpty();
    }

    @Test
    @DisplayName("are shown one by one, and not again to those who have them")
    void shown() throws Exception {
        HttpResponse<String> one = service.get(CHECKPOINTS + "/1");
        assertThat(one.statusCode()).isEqualTo(200);
        assertThat(json(one)).isEqualTo(json(service.get(CHECKPOINTS)).at("/items/1"));
        String tag = one.headers().firstValue("ETag").orElseThrow();
        assertThat(tag)
                .isEqualTo("\"" + json(one).path("checkpoint_hash").textValue() + "\"")
                .isNotEqualTo(service.get(CHECKPOINTS + "/2")
                        .headers()
                        .firstValue("ETag")
                        .orElseThrow());
        HttpResponse<String> same = service.get(CHECKPOINTS + "/1", "If-None-Match", tag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(service.get(CHECKPOINTS + "/2", "If-None-Match", tag).statusCode())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("that are not there are not found; a version is a number")
    void absent() throws Exception {
        for (String path : List.of("/0", "/3", "/999999999999999999")) {
            assertProblem(service.get(CHECKPOINTS + path), 404, "CHECKPOINT_NOT_FOUND");
            assertProblem(service.get(CHECKPOINTS + path + "/variants/math/export"), 404, "CHECKPOINT_NOT_FOUND");
        }
        for (String variant : List.of("art", "MATH", "..%2fmath", "%00")) {
            HttpResponse<String> refused = service.get(CHECKPOINTS + "/1/variants/" + variant + "/export");
            assertThat(refused.statusCode()).as(variant + refused.body()).isBetween(400, 404);
            assertThat(refused.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("application/problem+json");
        }
        assertProblem(service.get(NAMESPACES + "/nobody/checkpoints/1"), 404, "NAMESPACE_NOT_FOUND");
        assertProblem(service.get(NAMESPACES + "/nobody/checkpoints"), 404, "NAMESPACE_NOT_FOUND");
        assertProblem(service.get(exported("nobody", 1)), 404, "NAMESPACE_NOT_FOUND");
        for (String version : List.of("x", "-1", "01", "1e0", "9999999999999999999")) {
            assertProblem(service.get(CHECKPOINTS + "/" + version), 422, "INVALID_ARGUMENT");
        }
        for (String query : List.of("limit=0", "limit=201", "after=x", "limit=1&limit=2", "before=1")) {
            assertProblem(service.get(CHECKPOINTS + "?" + query), 422, "INVALID_ARGUMENT");
        }
    }

    @Test
    @DisplayName("whose taker goes away give their place to others")
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void abandoned() throws Exception {
        RecordedLog log = RecordedLog.of(Problems.class.getName());
        for (int i = 0; i < 3 * CheckpointResource.EXPORTS; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
                socket.setSoLinger(true, 0); // gone at once
                socket.getOutputStream()
                        .write(("GET " + exported("ada", 2) + " HTTP/1.1\r\nHost: localhost\r\nX-API-Key: "
                                        + LiveService.KEY + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(9))
                        .isEqualTo("HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII));
            }
        }
        HttpResponse<byte[]> answer = export(exported("ada", 2));
        while (answer.statusCode() == 503) { // until the last of them was seen to be gone
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            answer = export(exported("ada", 2));
        }
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .as("bytes have no charset")
                .contains("application/x-tar");
        assertThat(answer.headers().firstValue("X-Content-Hash"))
                .contains(json(service.get(CHECKPOINTS + "/2"))
                        .at("/variants/math/content_hash")
                        .textValue());
        log.close();
        assertThat(log.events())
                .as("what callers do is no error of the service")
                .noneMatch(event -> event.getFormattedMessage().contains("broken off"));
    }

    @Test
    @DisplayName("are taken out by those alone who may")
    void guarded() throws Exception {
        assertProblem(service.send(service.bare(exported("ada", 1))), 401, "UNAUTHENTICATED");
        assertProblem(
                service.send(service.bare(exported("ada", 1)).header("X-API-Key", LiveService.GUARDIAN_KEY)),
                403,
                "FORBIDDEN");
    }
}
