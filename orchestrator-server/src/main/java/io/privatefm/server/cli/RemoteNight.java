/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/** A night that another process does. It may take hours, and that process may be restarted while it is at it. */
final class RemoteNight {
    /** In a row; with a usual pause, for ten minutes. */
    private static final int MOST_FAILURES = 120;

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED");

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final JsonMapper json = new JsonMapper();
    private final URI server;
    private final String key;
    private final Duration pause;

    /** @param pause between two looks at it */
    RemoteNight(URI server, String key, Duration pause) {
        this.server = server;
        this.key = key;
        this.pause = pause;
    }

    /**
     * Begins it and waits for its end.
     *
     * @return the operation when it has ended
     * @throws InvalidInputException if the service refuses it
     * @throws UnavailableException if the service does not answer
     */
    ObjectNode run() throws InterruptedException {
        ObjectNode begun = begin();
        URI operation = server.resolve(
                "/api/v1/merge-operations/" + begun.path("operation_id").asText());
        ObjectNode now = begun;
        int failures = 0;
        while (!ENDED.contains(now.path("status").asText())) {
            Thread.sleep(pause.toMillis());
            try {
                now = send(request(operation).GET().build());
                failures = 0;
            } catch (UnavailableException e) {
                if (++failures > MOST_FAILURES) {
                    throw e;
                }
            }
        }
        return now;
    }

    private ObjectNode begin() throws InterruptedException {
        HttpRequest post = request(server.resolve("/api/v1/nights"))
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}"))
                .build();
        return send(post);
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(ANSWER).header("X-API-Key", key);
    }

    private ObjectNode send(HttpRequest request) throws InterruptedException {
        HttpResponse<String> answer;
        try {
            answer = client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UnavailableException("the service at " + server + " does not answer: " + e, e);
        }
        int status = answer.statusCode();
        if (status == 429 || status >= 500) {
            throw new UnavailableException("the service at " + server + " answers with " + status);
        }
        if (status >= 300) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "the service at " + server + refusal(status));
        }
        try {
            if (json.readTree(answer.body()) instanceof ObjectNode operation) {
                return operation;
            }
        } catch (JsonProcessingException e) {
            // said below; its text may be anybody's
        }
        throw new UnavailableException("what answers at " + server + " is not the service");
    }

    private static String refusal(int status) {
        return switch (status) {
            case 401 -> " does not know the key in SERVICE_API_KEY";
            case 403 -> " wants a key with the scopes operate and read, which that in SERVICE_API_KEY has not";
            default -> " refuses, with " + status;
        };
    }
}
