/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The service as a process of its own, as {@code pfm serve --dev} starts it. */
final class ServedProcess implements AutoCloseable {
    /** A key for this run, not for any other. */
    static final String KEY = "benchmark-service-key-benchmark-service-key";

    private static final int TRIES = 600;

    private final Process process;
    private final String base;

    private ServedProcess(Process process, String base) {
        this.process = process;
        this.base = base;
    }

    /** Starts it on a database, and waits until it is ready. */
    static ServedProcess start(String pfm, Path home, String database) throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                List.of(pfm, "serve", "--dev", "--home", home.toString(), "--port", String.valueOf(port)));
        builder.environment().put("DATABASE_URL", database);
        builder.environment().put("SERVICE_API_KEY", KEY);
        builder.environment().put("GUARDIAN_API_KEY", KEY + "-guardian");
        builder.environment().put("LOG_LEVEL", "WARN");
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(home.resolveSibling("service.log").toFile())
                .start();
        ServedProcess served = new ServedProcess(process, "http://127.0.0.1:" + port);
        try {
            served.awaitReady();
            return served;
        } catch (IOException | InterruptedException | RuntimeException e) {
            served.close();
            throw e;
        }
    }

    /** Address of a path below the interface's. */
    String url(String path) {
        return base + "/api/v1" + path;
    }

    /** Makes a learner's namespace. */
    void create(String learner) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url("/namespaces")))
                .header("X-API-Key", KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\"]}"))
                .build();
        int status = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
        if (status != 201) {
            throw new IOException("the service answered " + status);
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready =
                HttpRequest.newBuilder(URI.create(url("/health/ready"))).build();
        for (int tries = 0; tries < TRIES && process.isAlive(); tries++) {
            try {
                if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // not listening yet
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw new IOException("the service did not become ready; see service.log");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Ends it as an operator does. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
