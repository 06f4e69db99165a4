/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.server.fault.Share;
import io.privatefm.server.rest.HostileRequests.Hostile;
import io.privatefm.server.rest.RawConnection.Answer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Requests that break the rules")
class HostileRequestsTest {
    private static final int CALLERS = 4;

    /** What a server may keep of requests that it has seen: nothing, but for pools and compiled code that grow a little. */
    private static final long MARGIN = 8L << 20;

    /** Threads of the platform, of the database and of the work behind routes, which come when they are needed. */
    private static final int FEW = 4;

    /** What a server may say of itself: that it does not do that, is busy, or does not speak this version of HTTP. */
    private static final Set<Integer> DOCUMENTED = Set.of(501, 503, 505);

    private static final List<String> PASSING = List.of("pfm-http", "pool-", "HttpClient", "H2 Close Delay");

    private static final List<String> INSIDES = List.of(
            "Exception",
            "org.eclipse",
            "io.javalin",
            "io.privatefm",
            "com.fasterxml",
            "java.util",
            "\tat ",
            "<html",
            "<h1");

    private static final Bounds BOUNDS = new Bounds(
            16,
            8,
            50,
            64,
            8 << 10,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            1,
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    @TempDir
    private Path dir;

    private final HttpClient client = HttpClient.newHttpClient(); // which asks for HTTP/2 first
    private final Map<String, Integer> answered = new ConcurrentHashMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private OpenServer server;

    @BeforeEach
    void start() throws Exception {
        server = OpenServer.in(dir, BOUNDS);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @DisplayName("are refused with problems that show nothing of the inside, and leave nothing behind")
    void refused() throws Exception {
        long seed = Share.seed();
        System.out.println("hostile requests, -Dpfm.seed=" + seed);
        storm(seed - 1, 400);
        goodOne();
        long heap = heap();
        int threads = others().size();

        storm(seed, Share.of(1_000, 10_000, 10_000));

        assertThat(faults).isEmpty();
        goodOne();
        System.out.println("answers: " + new TreeMap<>(answered));
        assertThat(heap() - heap).as("bytes kept").isLessThan(MARGIN);
        assertThat(others()).as("threads but the server's own").hasSizeLessThanOrEqualTo(threads + FEW);
        assertThat(threads("pfm-http")).isLessThanOrEqualTo(BOUNDS.threads());
    }

    private void storm(long seed, int count) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                Random random = new Random(seed * CALLERS + caller);
                HostileRequests requests = new HostileRequests(random);
                all.add(() -> {
                    for (int i = 0; i < count / CALLERS; i++) {
                        one(random, requests);
                    }
                    return null;
                });
            }
            for (Future<Void> end : callers.invokeAll(all)) {
                end.get();
            }
        } finally {
            callers.shutdown();
        }
    }

    private void one(Random random, HostileRequests requests) throws IOException, InterruptedException {
        if (random.nextInt(8) == 0) {
            byClient(requests.body());
        } else {
            bySocket(requests.next());
        }
    }

    private void bySocket(Hostile request) throws IOException {
        try (RawConnection connection = RawConnection.to(server.port())) {
            try {
                connection.send(request.bytes());
                connection.endSending();
            } catch (IOException e) {
                // it is refused before all of it is sent
            }
            for (Optional<Answer> answer = next(connection); answer.isPresent(); answer = next(connection)) {
                check(answer.get(), request);
            }
        }
    }

    private static Optional<Answer> next(RawConnection connection) throws IOException {
        try {
            return connection.answer();
        } catch (java.net.SocketException e) {
            return Optional.empty(); // the server does not read what it has refused, so that the connection is reset
        }
    }

    private void byClient(String body) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.port() + "/api/v1/namespaces/ada/fallback"))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(
                                (body.isEmpty() ? "{" : body).getBytes(StandardCharsets.ISO_8859_1)))
                        .build(),
                BodyHandlers.ofString());
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
        check(new Answer(response.statusCode(), headers, response.body()), new Hostile("client", body));
    }

    private void check(Answer answer, Hostile request) throws IOException {
        answered.merge(request.kind() + " " + answer.status(), 1, Integer::sum);
        if (!isAsItShouldBe(answer)) {
            faults.add(request.kind() + ": " + Json.MAPPER.writeValueAsString(request.bytes()) + "\nwas answered "
                    + answer);
        }
    }

    private static boolean isAsItShouldBe(Answer answer) throws IOException {
        boolean refused = (answer.status() >= 400 && answer.status() < 500) || DOCUMENTED.contains(answer.status());
        if (!refused || !answer.header("Content-Type").startsWith(Problem.MEDIA_TYPE)) {
            return false;
        }
        JsonNode problem = answer.json();
        String id = problem.path("correlation_id").asText();
        return problem.path("status").intValue() == answer.status()
                && problem.path("code").asText().matches("[A-Z_]+")
                && !id.isBlank()
                && id.equals(answer.header("X-Correlation-Id"))
                && INSIDES.stream().noneMatch(answer.body()::contains);
    }

    private void goodOne() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/v1/namespaces/ada"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    /** The callers', their client's, and those that close a database some seconds after its last connection, come and go. */
    private static List<String> others() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> PASSING.stream().noneMatch(name::startsWith))
                .sorted()
                .toList();
    }
}
