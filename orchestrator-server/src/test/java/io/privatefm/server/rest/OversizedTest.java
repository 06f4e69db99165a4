/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.rest.RawConnection.Answer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A body that is larger than it may be")
class OversizedTest {
    private static final String UPLOAD = "PUT /api/v1/namespaces/ada/adapters/math";
    private static final String FORM = "multipart/form-data; boundary=0e8b11";
    private static final String PART =
            "--0e8b11\r\nContent-Disposition: form-data; name=\"adapter_model.safetensors\"\r\n\r\n";
    private static final String PIECE = "x".repeat(64 << 10);

    /** Much less than an upload: a few buffers, and what the platform itself takes meanwhile. */
    private static final long MARGIN = 16L << 20;

    /** All that take JSON. */
    private static final List<String> JSON_ROUTES = List.of(
            "POST /api/v1/namespaces",
            "POST /api/v1/namespaces/ada/fallback",
            "POST /api/v1/namespaces/ada/merge",
            "PUT /api/v1/namespaces/ada/legal-hold");

    @TempDir
    private Path dir;

    private OpenServer server;

    @BeforeEach
    void start() throws Exception {
        server = OpenServer.in(dir, Bounds.STANDARD);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @DisplayName("is refused before any of it was sent, where its length says so")
    void declared() throws Exception {
        for (String route : JSON_ROUTES) {
            assertRefused(route, "application/json", Json.MOST_BYTES + 1L);
            assertRefused(route, "application/json", Long.MAX_VALUE);
        }
        assertRefused(UPLOAD, FORM, OpenServer.MOST_UPLOAD + 1L);
        assertRefused(UPLOAD, "application/json", Json.MOST_BYTES + 1L);
    }

    private void assertRefused(String route, String type, long length) throws IOException {
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(head(route, type, "Content-Length: " + length));
            assertProblem(connection.answer(), route, 413, "CONTENT_TOO_LARGE");
            assertThat(connection.isEnded()).as(route).isTrue();
        }
    }

    @Test
    @DisplayName("is read no further than it may go, where its length is not said")
    void chunked() throws Exception {
        for (String route : JSON_ROUTES) {
            assertCut(route, "application/json", " ".repeat(Json.MOST_BYTES), 1);
        }
        assertCut(UPLOAD, "application/json", " ".repeat(Json.MOST_BYTES), 1);
        assertCut(UPLOAD, FORM, PIECE, OpenServer.MOST_UPLOAD / PIECE.length());
    }

    /** Sends a part some times and then one byte more, and says nothing of an end. */
    private void assertCut(String route, String type, String part, int times) throws IOException {
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(head(route, type, "Transfer-Encoding: chunked"));
            for (int i = 0; i < times; i++) {
                String more = i == 0 && type.equals(FORM) ? PART + part.substring(PART.length()) : part;
                connection.send(chunk(more));
            }
            connection.send(chunk("x"));
            assertProblem(connection.answer(), route, 413, "CONTENT_TOO_LARGE");
            assertThat(connection.isEnded()).as(route).isTrue();
        }
    }

    @Test
    @DisplayName("is as large as it may be, one byte less")
    void largest() throws Exception {
        for (String encoding : List.of("Content-Length: " + Json.MOST_BYTES, "Transfer-Encoding: chunked")) {
            try (RawConnection connection = RawConnection.to(server.port())) {
                String body = "{}" + " ".repeat(Json.MOST_BYTES - 2);
                connection.send(head(JSON_ROUTES.get(0), "application/json", encoding)
                        + (encoding.endsWith("chunked") ? chunk(body) + chunk("") : body));
                assertProblem(connection.answer(), encoding, 422, "INVALID_ARGUMENT");
            }
        }
    }

    @Test
    @DisplayName("is not hidden in one that is compressed: such are not taken at all")
    void compressed() throws Exception {
        for (String encoding : List.of("gzip", "br", "identity, deflate")) {
            for (String route : JSON_ROUTES) {
                assertEncodingRefused(route, "application/json", encoding);
            }
            assertEncodingRefused(UPLOAD, "application/json", encoding);
            assertEncodingRefused(UPLOAD, FORM, encoding);
        }
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(
                    head(JSON_ROUTES.get(0), "application/json", "Content-Encoding: identity\r\nContent-Length: 2")
                            + "{}");
            assertProblem(connection.answer(), "identity", 422, "INVALID_ARGUMENT");
        }
    }

    private void assertEncodingRefused(String route, String type, String encoding) throws IOException {
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(head(route, type, "Content-Encoding: " + encoding + "\r\nContent-Length: 2") + "{}");
            Answer answer = assertProblem(
                    connection.answer(), route + " " + type + " " + encoding, 415, "UNSUPPORTED_MEDIA_TYPE");
            assertThat(answer.header("Accept-Encoding")).as("RFC 9110, 15.5.16").isEqualTo("identity");
        }
    }

    @Test
    @DisplayName("takes no memory, up to the largest upload")
    void memory() throws Exception {
        assertUploadIsNotKept(); // so that all classes are there
        assertUploadIsNotKept();
    }

    private void assertUploadIsNotKept() throws IOException {
        long before = heap();
        String end = "\r\n--0e8b11--\r\n";
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(head(UPLOAD, FORM, "Content-Length: " + OpenServer.MOST_UPLOAD) + PART);
            int left = OpenServer.MOST_UPLOAD - PART.length() - end.length();
            for (; left >= PIECE.length(); left -= PIECE.length()) {
                connection.send(PIECE);
            }
            assertThat(heap() - before).as("while the end is missing").isLessThan(MARGIN);
            connection.send(PIECE.substring(0, left) + end);
            Answer answer = assertProblem(connection.answer(), "", 422, "INVALID_ARGUMENT");
            assertThat(answer.body()).contains("adapter_config.json is missing");
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static String head(String route, String type, String more) {
        return route + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\n" + more + "\r\n\r\n";
    }

    private static String chunk(String bytes) {
        return Integer.toHexString(bytes.length()) + "\r\n" + bytes + "\r\n";
    }

    private static Answer assertProblem(Optional<Answer> given, String what, int status, String code)
            throws IOException {
        Answer answer = given.orElseThrow();
        assertThat(answer.status()).as(what + ": " + answer).isEqualTo(status);
        assertThat(answer.header("Content-Type")).as(what).startsWith(Problem.MEDIA_TYPE);
        assertThat(answer.json().path("code").textValue()).as(what).isEqualTo(code);
        return answer;
    }
}
