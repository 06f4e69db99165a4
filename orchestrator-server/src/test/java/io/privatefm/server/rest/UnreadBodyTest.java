/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.rest.RawConnection.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An answer that does not wait for the request's body")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnreadBodyTest {
    private static final String UPLOAD = "PUT /api/v1/namespaces/ada/adapters/art";
    private static final String FORM = "Content-Type: multipart/form-data; boundary=0e8b11";

    /** More than all buffers on the way. */
    private static final int LENGTH = 16 << 20;

    private OpenServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = OpenServer.in(folder, Bounds.STANDARD);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("says that its connection ends, so that nobody sends another request there")
    @CsvSource({
        "412, PUT /api/v1/namespaces/ada/adapters/art, If-Match: *",
        "415, PUT /api/v1/namespaces/ada/adapters/math, Content-Type: text/plain",
        "422, PUT /api/v1/namespaces/ada/adapters/math?x=1, If-Match: *",
        "404, PUT /api/v1/namespaces/bob/adapters/math, If-Match: *",
        "404, POST /api/v1/nothing, If-Match: *",
        "405, POST /api/v1/namespaces/ada, If-Match: *",
        "200, GET /api/v1/namespaces/ada, Accept: */*"
    })
    void unsent(int status, String route, String header) throws Exception {
        for (String length : new String[] {"Content-Length: 1000", "Transfer-Encoding: chunked"}) {
            try (RawConnection connection = RawConnection.to(server.port())) {
                String form = header.startsWith("Content-Type") ? header : header + "\r\n" + FORM;
                connection.send(route + " HTTP/1.1\r\nHost: localhost\r\n" + form + "\r\n" + length + "\r\n\r\n");
                Answer answer = connection.answer().orElseThrow();
                assertThat(answer.status()).as(answer.body()).isEqualTo(status);
                assertThat(answer.header("Connection")).isEqualTo("close");
                assertThat(connection.isEnded()).isTrue();
            }
        }
    }

    @Test
    @DisplayName("leaves the connection open where the body was there already")
    void sent() throws Exception {
        try (RawConnection connection = RawConnection.to(server.port())) {
            for (int i = 0; i < 3; i++) {
                connection.send(UPLOAD + " HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\n" + FORM
                        + "\r\nContent-Length: 10\r\n\r\n0123456789");
                Answer answer = connection.answer().orElseThrow();
                assertThat(answer.status()).as(answer.body()).isEqualTo(412);
                assertThat(answer.header("Connection")).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("reaches a caller who sends the whole body before reading it")
    void stillSending() throws Exception {
        String piece = "x".repeat(1 << 20);
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(UPLOAD + " HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\n" + FORM + "\r\nContent-Length: "
                    + LENGTH + "\r\n\r\n");
            for (int sent = 0; sent < LENGTH; sent += piece.length()) {
                connection.send(piece);
            }
            Answer answer = connection.answer().orElseThrow();
            assertThat(answer.status()).as(answer.body()).isEqualTo(412);
            assertThat(connection.isEnded()).isTrue();
        }
    }

    @Test
    @DisplayName("is not preceded by leave to send the body")
    void expected() throws Exception {
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(UPLOAD + " HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\nExpect: 100-continue\r\n" + FORM
                    + "\r\nContent-Length: 10\r\n\r\n");
            String line = connection.line();
            assertThat(line).isEqualTo("HTTP/1.1 412 Precondition Failed");
            while (line != null) {
                assertThat(line).doesNotContain(" 100 ");
                line = connection.line();
            }
        }
    }
}
