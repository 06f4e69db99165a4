/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Calls the service; counts the answers, and notes those that should not be. Safe for use by several threads at once. */
final class Caller {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_FAULTS = 20;
    private static final String BOUNDARY = "5d3a4b52";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, AtomicLong> counts = new ConcurrentSkipListMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicLong refused = new AtomicLong();
    private final String url;
    private final String key;
    private final String guardianKey;

    Caller(String url, String key, String guardianKey) {
        this.url = url;
        this.key = key;
        this.guardianKey = guardianKey;
    }

    /** How often each kind of request had each answer. */
    Map<String, AtomicLong> counts() {
        return counts;
    }

    /** How often the answer was "not now". */
    long refused() {
        return refused.get();
    }

    /** Answers that should not be, the first of them. */
    Queue<String> faults() {
        return faults;
    }

    Answer get(String kind, String path) throws InterruptedException {
        return call(kind, request(path), Set.of(200));
    }

    Answer find(String kind, String path) throws InterruptedException {
        return call(kind, request(path), Set.of(200, 404));
    }

    Answer post(String kind, String path, String body, String idempotencyKey, Set<Integer> expected)
            throws InterruptedException {
        HttpRequest.Builder request = request(path)
                .header("Idempotency-Key", idempotencyKey)
                .POST(body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return call(kind, request, expected);
    }

    Answer upload(String path, String config, byte[] weights) throws InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        part(body, "adapter_config.json", config.getBytes(StandardCharsets.UTF_8));
        part(body, "adapter_model.safetensors", weights);
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return call(
                "upload",
                request(path)
                        .PUT(BodyPublishers.ofByteArray(body.toByteArray()))
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY),
                Set.of(200, 201));
    }

    private static void part(ByteArrayOutputStream body, String name, byte[] content) {
        body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\""
                        + name + "\"\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(content);
        body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    Answer delete(String path, Set<Integer> expected) throws InterruptedException {
        return call(
                "delete",
                HttpRequest.newBuilder(URI.create(url + path))
                        .DELETE()
                        .header("X-Guardian-Key", guardianKey)
                        .header("X-Guardian-Id", "parent"),
                expected);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).header("X-API-Key", key);
    }

    private Answer call(String kind, HttpRequest.Builder request, Set<Integer> expected) throws InterruptedException {
        HttpRequest built = request.timeout(PATIENCE).build();
        Answer answer;
        try {
            HttpResponse<String> response = client.send(built, BodyHandlers.ofString());
            answer = new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.headers().firstValue("Retry-After").orElse(""),
                    response.body());
        } catch (IOException e) {
            fault(kind + " " + built.method() + " " + built.uri() + ": no answer: " + e);
            answer = Answer.NONE;
        }
        String code = answer.status() >= 400 ? " " + answer.text("code") : "";
        counts.computeIfAbsent(kind + " " + answer.status() + code, name -> new AtomicLong())
                .incrementAndGet();
        if (answer.status() == 503) {
            refused.incrementAndGet();
        }
        String fault = answer.fault();
        if (fault.isEmpty() && !expected.contains(answer.status()) && !answer.isOpen()) {
            fault = "not expected";
        }
        if (!fault.isEmpty()) {
            fault(kind + " " + built.method() + " " + built.uri() + ": " + fault + ": " + answer);
        }
        return answer;
    }

    private void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }
}
