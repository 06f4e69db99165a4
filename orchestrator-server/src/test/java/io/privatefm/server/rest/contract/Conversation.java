/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.rest.contract.Contract.Documented;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** Asks the service, holds each answer against the contract, and remembers which were seen. */
final class Conversation {
    private final Contract contract;
    private final int port;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> seen = new TreeSet<>();
    private int calls;

    Conversation(Contract contract, int port) {
        this.contract = contract;
        this.port = port;
    }

    /** Asks over one client's connections. */
    Answer ask(Call call) throws IOException, InterruptedException {
        String correlation = "contract-" + ++calls;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + call.path()))
                .timeout(Duration.ofSeconds(60))
                .header("X-Correlation-Id", correlation)
                .method(
                        call.method(),
                        call.body().isEmpty()
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(call.body().getBytes(StandardCharsets.ISO_8859_1)));
        call.headers().forEach(request::header);
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        Answer answer = new Answer(response.statusCode(), response.headers().map(), response.body());
        assertThat(answer.header("X-Correlation-Id")).as(call.toString()).contains(correlation);
        return checked(call, answer);
    }

    /** Asks, and insists on a status. */
    Answer ask(Call call, int status) throws IOException, InterruptedException {
        Answer answer = ask(call);
        assertThat(answer.status()).as("%s: %s", call, answer.body()).isEqualTo(status);
        return answer;
    }

    /** Asks from another address, see {@link SocketSender}. */
    Answer askFrom(int source, Call call) throws IOException {
        return checked(call, new SocketSender(port, source).send(call));
    }

    private Answer checked(Call call, Answer answer) {
        Documented operation = contract.find(call).orElseThrow(() -> new AssertionError("no operation: " + call));
        assertThat(contract.faults(operation, answer))
                .as("%s %s (%s): %s %s", call.method(), call.path(), operation.id(), answer.status(), answer.body())
                .isEmpty();
        seen.add(operation.id() + " " + answer.status());
        return answer;
    }

    /** Every operation and status that was answered, such as {@code getNamespace 200}. */
    Set<String> seen() {
        return seen;
    }
}
