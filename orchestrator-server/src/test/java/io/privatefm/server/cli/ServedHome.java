/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.PfmServer;
import io.privatefm.server.TestService;
import io.privatefm.server.config.ServerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A service in this JVM, over an empty data directory, for commands that ask one. */
final class ServedHome implements AutoCloseable {
    static final String KEY = "service-key-of-a-test-0123456789abcdef";

    private final PfmServer server;

    /** @param more of its environment */
    ServedHome(Path home, Map<String, String> more) throws IOException {
        Path release = Files.createDirectories(home.resolve("foundation/release-1"));
        for (String name : List.of("config.json", "model.safetensors")) {
            try (InputStream file = ServedHome.class.getResourceAsStream("/tiny-tutor/foundation/release-1/" + name)) {
                Files.copy(file, release.resolve(name));
            }
        }
        Map<String, String> environment = new HashMap<>(more);
        environment.put("PFM_HOME", home.toString());
        environment.put("SERVICE_API_KEY", KEY);
        environment.put("GUARDIAN_API_KEY", "guardian-key-of-a-test-0123456789abcdef");
        environment.put("BIND_ADDRESS", "127.0.0.1");
        environment.put("PORT", "0");
        server = PfmServer.open(ServerSettings.of(environment));
        server.start();
    }

    String port() {
        return String.valueOf(server.port());
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    TestService client() {
        return new TestService(url(), KEY);
    }

    /** A port where nobody listens. */
    static String deadPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return String.valueOf(socket.getLocalPort());
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
