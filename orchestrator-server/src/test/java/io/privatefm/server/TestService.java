/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Calls a service as a client of it does. */
public final class TestService {
    /** A learner whose adapters come along, trained on the small foundation. */
    public static final String LEARNER = "7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String BOUNDARY = "0e8b11";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String key;

    /**
     * A client.
     *
     * @param url without a path
     */
    public TestService(String url, String key) {
        this.url = url;
        this.key = key;
    }

    /** One answer. */
    public record Answer(int status, String body) {
        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(body, e);
            }
        }
    }

    /**
     * Sends a request.
     *
     * @param headers names and values in turn
     */
    public Answer send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("X-API-Key", key);
        }
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    /** Makes a namespace with the subject {@code math}. */
    public Answer provision(String learner) throws IOException, InterruptedException {
        return send("POST", "/api/v1/namespaces", "{\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\"]}");
    }

    /** Uploads the trained adapter for {@code math}. */
    public Answer upload(String learner) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
            body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\""
                            + name + "\"\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            try (InputStream file =
                    TestService.class.getResourceAsStream("/tiny-tutor/adapters/" + LEARNER + "/math/" + name)) {
                body.writeBytes(file.readAllBytes());
            }
            body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url + "/api/v1/namespaces/" + learner + "/adapters/math"))
                .PUT(BodyPublishers.ofByteArray(body.toByteArray()))
                .header("X-API-Key", key)
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /** Waits until an operation that was answered with 202 has ended. */
    public JsonNode ended(Answer accepted) throws IOException, InterruptedException {
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        return ended(accepted.json().path("operation_id").textValue());
    }

    /** Waits until an operation has ended. */
    public JsonNode ended(String id) throws IOException, InterruptedException {
        send("GET", "/api/v1/merge-operations/" + id + "/events", ""); // a stream until its end
        return get("/api/v1/merge-operations/" + id).json();
    }
}
