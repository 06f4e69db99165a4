/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.server.PfmServer;
import io.privatefm.server.config.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Fixture: a whole service on an H2 file in this JVM, with an adapter store, and a client that holds its key. */
final class LiveService implements AutoCloseable {
    static final String GUARDIAN_KEY = "guardian-key-of-a-test-0123456789abcdef";
    static final String NAMESPACES = "/api/v1/namespaces";

    /** The most that an upload may have. */
    static final int MOST_UPLOAD = 2 << 20;

    static final String KEY = "service-key-of-a-test-0123456789abcdef";

    private final Path folder;
    private final PfmServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private LiveService(Path folder) throws IOException {
        this.folder = folder;
        for (String file : List.of("config.json", "model.safetensors")) {
            Path copy = home().resolve("foundation/release-1").resolve(file);
            Files.createDirectories(copy.getParent());
            Files.write(copy, bytes("/tiny-tutor/foundation/release-1/" + file));
        }
        server = PfmServer.open(ServerSettings.of(Map.of(
                "PFM_HOME",
                home().toString(),
                "ADAPTER_STORE_URL",
                Files.createDirectories(adapterStore()).toString(),
                "SERVICE_API_KEY",
                KEY,
                "GUARDIAN_API_KEY",
                GUARDIAN_KEY,
                "MAX_UPLOAD_BYTES",
                String.valueOf(MOST_UPLOAD),
                "RATE_LIMIT_PER_MINUTE",
                "1000",
                "BIND_ADDRESS",
                "127.0.0.1",
                "PORT",
                "0")));
        server.start();
    }

    /** Started. */
    static LiveService in(Path folder) throws IOException {
        return new LiveService(folder);
    }

    static byte[] bytes(String resource) throws IOException {
        try (InputStream in = LiveService.class.getResourceAsStream(resource)) {
            return in.readAllBytes();
        }
    }

    Path home() {
        return folder.resolve("home");
    }

    Path adapterStore() {
        return folder.resolve("adapters");
    }

    int port() {
        return server.port();
    }

    /**
     * What lies on the disk of uploads that are under way, to be read. Their files have no names, where the platform allows that; Linux
     * shows them where a process has them open.
     */
    List<Path> staged() throws IOException {
        Path uploads = home().toRealPath().resolve("staging").resolve("uploads");
        List<Path> staged = new ArrayList<>();
        Files.walkFileTree(uploads, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                staged.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE; // gone meanwhile
            }
        });
        File[] open = new File("/proc/self/fd").listFiles();
        for (File file : open == null ? new File[0] : open) {
            if (isBelow(uploads, file.toPath())) {
                staged.add(file.toPath());
            }
        }
        return staged;
    }

    private static boolean isBelow(Path folder, Path link) {
        try {
            return Files.readSymbolicLink(link).startsWith(folder);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    /** A request with the service's key. */
    HttpRequest.Builder request(String path) {
        return bare(path).header("X-API-Key", KEY);
    }

    /** A request without a key. */
    HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(60));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** Sends all of them before it looks at the first answer. */
    List<HttpResponse<String>> sendAtOnce(List<HttpRequest.Builder> requests) {
        List<CompletableFuture<HttpResponse<String>>> underWay = new ArrayList<>();
        requests.forEach(request -> underWay.add(client.sendAsync(request.build(), BodyHandlers.ofString())));
        return underWay.stream().map(CompletableFuture::join).toList();
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpRequest.Builder posting(String path, String json, String... headers) {
        HttpRequest.Builder request = request(path)
                .POST(json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
                .header("Content-Type", "application/json");
        return headers.length == 0 ? request : request.headers(headers);
    }

    HttpResponse<String> post(String path, String json, String... headers) throws IOException, InterruptedException {
        return send(posting(path, json, headers));
    }

    /** A request that uploads the learner's adapter for math. */
    HttpRequest.Builder uploading(String learner, BodyPublisher form, String... headers) {
        HttpRequest.Builder request =
                request(NAMESPACES + "/" + learner + "/adapters/math").PUT(form).header("Content-Type", FormBody.TYPE);
        return headers.length == 0 ? request : request.headers(headers);
    }

    /** Makes a namespace with the subject math. */
    HttpResponse<String> provision(String learner) throws IOException, InterruptedException {
        return post(NAMESPACES, "{\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\"]}");
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.MAPPER.readTree(answer.body());
    }

    /** It is a problem as RFC 9457 has it. */
    static JsonNode assertProblem(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("code").textValue()).as(answer.body()).isEqualTo(code);
        assertThat(problem.path("type").textValue()).startsWith("urn:pfm:problem:");
        assertThat(problem.path("title").textValue()).isNotBlank();
        assertThat(problem.path("detail").textValue()).isNotBlank();
        return problem;
    }

    /** The pointers, or the names of parameters, of all that was wrong. */
    static List<String> faults(JsonNode problem) {
        List<String> faults = new ArrayList<>();
        problem.path("errors")
                .forEach(fault -> faults.add(
                        fault.has("parameter")
                                ? fault.path("parameter").textValue()
                                : fault.path("pointer").textValue()));
        return faults;
    }

    @Override
    public void close() {
        server.close();
    }
}
