/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** Clients that make namespaces, upload adapters and have them merged, as fast as they can, until the service is gone; and what it answered for. */
final class ClientsAtWork {
    private static final int CLIENTS = 6;
    private static final int ENOUGH = 30;

    private final TestService service;
    private final Queue<String> made = new ConcurrentLinkedQueue<>();
    private final Queue<String> uploaded = new ConcurrentLinkedQueue<>();
    private final Queue<String> operations = new ConcurrentLinkedQueue<>();
    private final Queue<TestService.Answer> refused = new ConcurrentLinkedQueue<>();
    private final CountDownLatch enough = new CountDownLatch(ENOUGH);
    private final List<Thread> clients = new ArrayList<>();

    private ClientsAtWork(TestService service) {
        this.service = service;
    }

    static ClientsAtWork begin(TestService service) {
        ClientsAtWork work = new ClientsAtWork(service);
        for (int i = 0; i < CLIENTS; i++) {
            String name = "client-" + i;
            Thread client = new Thread(() -> work.run(name), name);
            client.start();
            work.clients.add(client);
        }
        return work;
    }

    private void run(String client) {
        try {
            for (int i = 0; ; i++) {
                String learner = client + "-" + i;
                acknowledged(service.provision(learner), made, learner);
                if (i % 4 == 0) {
                    acknowledged(service.upload(learner), uploaded, learner);
                    TestService.Answer merge = service.send("POST", "/api/v1/namespaces/" + learner + "/merge", "");
                    acknowledged(
                            merge, operations, merge.json().path("operation_id").asText());
                }
                enough.countDown();
            }
        } catch (IOException e) {
            // the service is gone, or this request was one too many
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            enough.countDown();
        }
    }

    private void acknowledged(TestService.Answer answer, Queue<String> acknowledged, String what) {
        if (answer.status() / 100 == 2) {
            acknowledged.add(what);
        } else {
            refused.add(answer);
        }
    }

    /** Waits until much has been answered for. */
    ClientsAtWork awaitMuch() throws InterruptedException {
        enough.await();
        return this;
    }

    /** Waits until the last client was sent away. */
    void end() throws InterruptedException {
        for (Thread client : clients) {
            client.join();
        }
    }

    /** All that was answered for is there, and what was taken on is done or is being done; who was sent away was told why. */
    void assertKept(TestService later) throws IOException, InterruptedException {
        assertThat(made).hasSizeGreaterThan(CLIENTS);
        assertThat(operations).isNotEmpty();
        assertThat(refused).allSatisfy(answer -> {
            assertThat(answer.status()).as(answer.body()).isEqualTo(503);
            assertThat(answer.json().path("code").textValue()).isNotEmpty();
        });
        for (String learner : made) {
            assertThat(later.get("/api/v1/namespaces/" + learner).status())
                    .as(learner)
                    .isEqualTo(200);
        }
        for (String learner : uploaded) {
            assertThat(later.get("/api/v1/namespaces/" + learner + "/adapters")
                            .json()
                            .path("items"))
                    .as(learner)
                    .hasSize(1);
        }
        for (String id : operations) {
            JsonNode ended = later.ended(id);
            assertThat(ended.path("status").textValue()).as(ended.toString()).isEqualTo("SUCCEEDED");
        }
    }
}
