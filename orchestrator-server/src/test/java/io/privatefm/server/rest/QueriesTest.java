/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.rest.RawConnection.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A request's query")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueriesTest {
    private OpenServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = OpenServer.in(folder, Bounds.STANDARD);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest(name = "?{0} is answered with {1}")
    @DisplayName("is taken as it is, or refused: no part of it is left out in silence")
    @CsvSource({
        "limit=1, 200",
        "limit=%31, 200",
        "'', 200",
        "limit=%zz, 400",
        "limit=1&after=%, 400",
        "limit=1&after=%4, 400",
        "x%u0041, 400",
        "/x%u0041/namespaces/;/nothing, 400",
        "nothing=%u0041&limit=1, 400",
        "limit=1&%zz=1, 400",
        "limit=1&nothing, 422",
        "limit=1&nothing=, 422",
        "limit=1&=, 422",
        "limit=1&=x, 422",
        "limit=1&%ff, 422",
        "limit=1&x;y, 422",
        "&&, 422"
    })
    void whole(String query, int status) throws Exception {
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send("GET /api/v1/namespaces?" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Answer answer = connection.answer().orElseThrow();
            assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        }
    }
}
