/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.privatefm.server.TestService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("pfm night")
class NightCommandTest {
    private static final String WRONG = "wrong-key-of-a-test-0123456789abcdef";

    @TempDir
    private static Path folder;

    private static ServedHome served;

    @BeforeAll
    static void serve() throws IOException {
        served = new ServedHome(folder.resolve("home"), Map.of());
    }

    @AfterAll
    static void close() {
        served.close();
    }

    private static PfmRun night(String key, String server, String... more) {
        Object[] args = new Object[3 + more.length];
        args[0] = "night";
        args[1] = "--server";
        args[2] = server;
        System.arraycopy(more, 0, args, 3, more.length);
        return PfmRun.in(Map.of("SERVICE_API_KEY", key), args);
    }

    @Test
    @DisplayName("has the service do a night, waits for its end, and says what came of it, in a line or as JSON")
    void done() throws Exception {
        TestService client = served.client();
        assertThat(client.provision("ada").status()).isEqualTo(201);
        assertThat(client.upload("ada").status()).isEqualTo(201);

        JsonNode ended =
                night(ServedHome.KEY, served.url(), "--json").assertDone().json();
        assertThat(ended.path("kind").textValue()).isEqualTo("NIGHT");
        assertThat(ended.path("status").textValue()).isEqualTo("SUCCEEDED");
        assertThat(client.get("/api/v1/namespaces/ada")
                        .json()
                        .path("checkpoint_version")
                        .intValue())
                .isEqualTo(1);

        PfmRun again = night(ServedHome.KEY, served.url()).assertDone();
        assertThat(again.out().lines()).singleElement().asString().startsWith("night: ");
        assertThat(client.get("/api/v1/nights").json().path("items")).hasSize(2);
    }

    @Test
    @DisplayName("says in a line that the key is wrong or missing, lacks a scope, or cannot be sent; and shows none")
    void keys() {
        night(WRONG, served.url()).assertRefused("does not know the key in SERVICE_API_KEY");
        night("guardian-key-of-a-test-0123456789abcdef", served.url()).assertRefused("scopes operate and read");
        PfmRun.in(Map.of(), "night", "--server", served.url()).assertRefused("SERVICE_API_KEY is not set");
        for (String unsendable : List.of(WRONG + "\n" + WRONG, WRONG + "\u20ac", WRONG + " x")) {
            PfmRun refused = night(unsendable, served.url());
            refused.assertRefused("SERVICE_API_KEY holds no key");
            assertThat(refused.err()).doesNotContain(WRONG);
        }
        night(" " + ServedHome.KEY + "\n", served.url()).assertDone();
    }

    @Test
    @DisplayName("ends with 3 and a line where no service is")
    void nobody() throws IOException {
        PfmRun run = night(ServedHome.KEY, "http://127.0.0.1:" + ServedHome.deadPort());
        assertThat(run.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("does not answer")
                .doesNotContain(ServedHome.KEY);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"private-fm:8000", "nowhere", "ftp://127.0.0.1", "file:///etc/passwd", "http://"})
    @DisplayName("wants an address of a service")
    void address(String server) {
        night(ServedHome.KEY, server).assertRefused("--server");
    }

    @Test
    @DisplayName("waits on while the service is restarted, and ends with 1 if the night failed")
    void restarted() throws IOException {
        Deque<String> answers = new ArrayDeque<>(List.of(
                "202 {\"operation_id\":\"op-1\",\"status\":\"QUEUED\"}",
                "503 {}",
                "502 <html>",
                "200 {\"operation_id\":\"op-1\",\"status\":\"RUNNING\"}",
                "200 {\"operation_id\":\"op-1\",\"status\":\"FAILED\",\"detail\":\"no room\"}"));
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        http.createContext("/", exchange -> {
            String answer = answers.remove();
            byte[] body = answer.substring(4).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(Integer.parseInt(answer.substring(0, 3)), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        http.start();
        try {
            PfmRun run = night(
                    ServedHome.KEY, "http://127.0.0.1:" + http.getAddress().getPort());
            assertThat(run.exitCode()).isEqualTo(ExitCode.VERIFICATION_FAILED);
            assertThat(run.out()).isEqualTo("night: none, no room" + System.lineSeparator());
            assertThat(answers).isEmpty();
        } finally {
            http.stop(0);
        }
    }
}
