/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("pfm health")
class HealthCommandTest {
    private static final String PASSWORD = "of-a-test";

    @TempDir
    private Path folder;

    private static void assertUnhealthy(PfmRun run, String... fragments) {
        assertThat(run.exitCode()).isEqualTo(ExitCode.VERIFICATION_FAILED);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("pfm: the service ").contains(fragments);
        assertThat(run.out()).isEmpty();
    }

    @Test
    @DisplayName("says nothing and ends with 0 while the service lives, with 1 and a line when it is gone")
    void lives() throws Exception {
        Map<String, String> environment;
        try (ServedHome served = new ServedHome(folder.resolve("home"), Map.of())) {
            environment = Map.of("PORT", served.port());
            PfmRun run = PfmRun.in(environment, "health").assertDone();
            assertThat(run.out() + run.err()).isEmpty();
            PfmRun.in(Map.of("PORT", served.port(), "BIND_ADDRESS", "127.0.0.1"), "health")
                    .assertDone();
        }
        assertUnhealthy(PfmRun.in(environment, "health"), "does not answer: ", "ConnectException");
    }

    @Test
    @DisplayName("trusts the certificate that the service was given, and no other")
    void tls() throws Exception {
        String keyStore = keyStore("pfm.p12");
        Map<String, String> tls = Map.of("TLS_KEYSTORE", keyStore, "TLS_KEYSTORE_PASSWORD", PASSWORD);
        try (ServedHome served = new ServedHome(folder.resolve("home"), tls)) {
            PfmRun.in(
                            Map.of("PORT", served.port(), "TLS_KEYSTORE", keyStore, "TLS_KEYSTORE_PASSWORD", PASSWORD),
                            "health")
                    .assertDone();
            PfmRun other = PfmRun.in(
                    Map.of(
                            "PORT",
                            served.port(),
                            "TLS_KEYSTORE",
                            keyStore("other.p12"),
                            "TLS_KEYSTORE_PASSWORD",
                            PASSWORD),
                    "health");
            assertUnhealthy(other, "does not answer: ", "PKIX path building failed");
            PfmRun locked = PfmRun.in(
                    Map.of("PORT", served.port(), "TLS_KEYSTORE", keyStore, "TLS_KEYSTORE_PASSWORD", "another"),
                    "health");
            assertUnhealthy(locked, "password was incorrect");
            assertThat(locked.err()).doesNotContain("another");
        }
    }

    @Test
    @DisplayName(
            "ends with 1 and the status where something answers with an error, and with a line where the port is none")
    void unwell() throws Exception {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        http.createContext("/", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        http.start();
        try {
            String port = String.valueOf(http.getAddress().getPort());
            assertUnhealthy(PfmRun.in(Map.of("PORT", port), "health"), "answers with 503");
        } finally {
            http.stop(0);
        }
        for (String port : List.of("eight", "70000", "", "-1")) {
            assertUnhealthy(PfmRun.in(Map.of("PORT", port), "health"), "PORT is no port");
        }
        assertUnhealthy(PfmRun.in(Map.of("BIND_ADDRESS", "no host"), "health"), "does not answer");
    }

    private String keyStore(String name) throws Exception {
        Path file = folder.resolve(name);
        List<String> keytool = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair"));
        keytool.addAll(List.of("-alias", "pfm", "-keyalg", "EC", "-dname", "CN=" + name));
        keytool.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", file.toString()));
        assertThat(new ProcessBuilder(keytool).inheritIO().start().waitFor()).isZero();
        return file.toString();
    }
}
