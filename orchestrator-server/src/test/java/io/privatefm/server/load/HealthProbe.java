/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Asks all the time how the service is, as those do who restart it and send it requests. Whoever gets no answer in time has found a fault. */
final class HealthProbe implements AutoCloseable {
    /** Deadlines of components are two seconds; the rest is for a machine that has much else to do. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long PAUSE_MILLIS = 50;
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong asked = new AtomicLong();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final String url;
    private final Progress progress;
    private volatile int ready;
    private volatile String bus = "";
    private volatile long slowestMillis;

    @SuppressWarnings("FutureReturnValueIgnored") // what fails is a fault
    HealthProbe(String url, Progress progress) {
        this.url = url;
        this.progress = progress;
        thread.scheduleWithFixedDelay(this::look, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            HttpResponse<String> live = ask("/live");
            if (live.statusCode() != 200) {
                faults.add("live: " + live.statusCode() + " " + live.body());
            }
            ready = status(ask("/ready"));
            HttpResponse<String> whole = ask("");
            JsonNode report = JSON.readTree(whole.body());
            if ((status(whole) == 503) != report.path("status").asText().equals("DOWN")) {
                faults.add("health: " + whole.statusCode() + " " + whole.body());
            }
            bus = report.at("/components/event_bus/status").asText();
            asked.addAndGet(3);
            progress.changed();
        } catch (IOException | RuntimeException e) {
            faults.add("health: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int status(HttpResponse<String> answer) {
        if (answer.statusCode() != 200 && answer.statusCode() != 503) {
            faults.add("health: " + answer.statusCode() + " " + answer.body());
        }
        return answer.statusCode();
    }

    private HttpResponse<String> ask(String what) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(url + "/api/v1/health" + what))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        slowestMillis = Math.max(slowestMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        return answer;
    }

    void awaitReady(boolean wanted) throws InterruptedException {
        int status = wanted ? 200 : 503;
        progress.await("ready to say " + status, () -> ready == status);
    }

    void awaitBus(String status) throws InterruptedException {
        progress.await("the bus to be " + status, () -> bus.equals(status));
    }

    Queue<String> faults() {
        return faults;
    }

    @Override
    public String toString() {
        return asked + " health answers, the slowest after " + slowestMillis + " ms";
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
