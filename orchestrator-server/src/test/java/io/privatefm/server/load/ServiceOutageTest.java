/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.privatefm.bus.redis.RedisServer;
import io.privatefm.server.ServeProcess;
import io.privatefm.server.cli.PfmRun;
import io.privatefm.server.events.PlainRedis;
import io.privatefm.server.fault.Share;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A share of the load in the build; ten minutes of it, by a clock, every night. {@code -Dpfm.load.seconds} says how long it lasts, {@code
 * -Dpfm.seed} what is asked for in which order.
 */
@DisplayName("The service under mixed load, while PostgreSQL and Redis are stopped and started")
class ServiceOutageTest {
    private static final String KEY = "service-key-of-a-test-0123456789abcdef";
    private static final String GUARDIAN_KEY = "guardian-key-of-a-test-0123456789abcdef";
    private static final JsonMapper JSON = new JsonMapper();
    private static final int CLIENTS = 8;
    private static final long SECONDS = Long.getLong("pfm.load.seconds", Share.of(0, 30, 600));

    /** Changes that are answered for between two outages. */
    private static final int BETWEEN = Share.of(30, 200, 200);

    private static final int ROUNDS_FOR_A_LOOK = 5;

    /** By how much the second measurement may be above the first. */
    private static final Footprint MARGIN = new Footprint(16 << 10, 24, 48);

    @TempDir
    private Path folder;

    private RestartablePostgres postgres;
    private RedisServer redis;
    private ServeProcess service;

    @BeforeEach
    void start() throws Exception {
        TinyModel model = TinyModels.gpt2(1, FloatType.F32);
        model.writeTo(folder.resolve("foundation").resolve("release-1"));
        postgres = RestartablePostgres.start(Files.createDirectory(folder.resolve("postgres")));
        redis = RedisServer.builder().appendOnly().start();
        service = ServeProcess.start(
                folder.resolve("home"),
                Map.of(
                        "DATABASE_URL",
                        postgres.url(),
                        "REDIS_URL",
                        redis.url(),
                        "FM_STORE_URL",
                        folder.resolve("foundation").toString(),
                        "SERVICE_API_KEY",
                        KEY,
                        "GUARDIAN_API_KEY",
                        GUARDIAN_KEY,
                        "RATE_LIMIT_PER_MINUTE",
                        "100000"));
    }

    @AfterEach
    void end() {
        if (service != null) {
            service.close();
        }
        if (redis != null) {
            redis.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    @DisplayName("loses nothing that it answered for, says what is the matter, and holds no more than before")
    void outages() throws Exception {
        long seed = Share.seed();
        System.out.println("load: seed " + seed + ", " + SECONDS + " s");
        TinyModel model = TinyModels.gpt2(1, FloatType.F32);
        List<TinyAdapter> adapters = IntStream.range(0, 4)
                .mapToObj(number -> TinyAdapters.plain(model, number, "c_attn"))
                .toList();
        Progress progress = new Progress();
        Caller caller = new Caller(service.url(), KEY, GUARDIAN_KEY);
        List<LoadClient> clients = IntStream.range(0, CLIENTS)
                .mapToObj(number ->
                        new LoadClient("client-" + number, seed * CLIENTS + number, caller, progress, adapters))
                .toList();
        EventTraffic events = new EventTraffic(redis.url());
        try (HealthProbe health = new HealthProbe(service.url(), progress);
                Load load = new Load(clients, events)) {
            Outages outages = new Outages(postgres, redis, health, progress, caller, BETWEEN);
            if (SECONDS > 0) {
                outages.round();
            }
            progress.awaitMore(BETWEEN);
            Footprint before = load.paused(() -> Footprint.of(service.pid()));
            System.out.println("load: at first " + before);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            for (int rounds = 1; rounds == 1 || System.nanoTime() < end; rounds++) {
                outages.round();
                System.out.println("load: " + progress.acknowledgements() + " changes, " + outages);
                if (rounds % ROUNDS_FOR_A_LOOK == 0) {
                    System.out.println("load: meanwhile " + load.paused(() -> Footprint.of(service.pid())));
                }
                assertThat(caller.faults()).isEmpty();
                assertThat(health.faults()).isEmpty();
            }
            progress.awaitMore(BETWEEN);
            Footprint after = load.paused(() -> Footprint.of(service.pid()));
            System.out.println("load: at last " + after);
            load.end();
            long stopped = System.nanoTime();
            System.out.println("load: " + caller.counts());
            System.out.println("load: " + health + ", " + events.announced().size() + " events, " + outages);

            assertThat(load.failures()).isEmpty();
            assertThat(caller.faults()).isEmpty();
            assertThat(health.faults()).isEmpty();
            for (LoadClient client : clients) {
                client.settle(SECONDS > 0);
            }
            System.out.println("load: settled after " + seconds(stopped) + " s");
            awaitTaken(caller, events.announced());
            System.out.println("load: all events taken after " + seconds(stopped) + " s");
            if (SECONDS > 0) {
                assertSent(caller, events.announced());
                System.out.println("load: all messages sent after " + seconds(stopped) + " s");
            }
            for (LoadClient client : clients) {
                Ledger.read(caller).assertKept(client);
            }
            assertThat(caller.faults()).isEmpty();
            System.out.println("load: operations that failed: "
                    + clients.stream().mapToInt(LoadClient::failed).sum() + ", requests and operations without an end: "
                    + clients.stream().mapToInt(LoadClient::open).sum());
            if (SECONDS > 0) {
                assertThat(clients)
                        .allSatisfy(client -> assertThat(client.open()).isZero());
            }
            assertThat(after.heapKilobytes()).isLessThan(before.heapKilobytes() + MARGIN.heapKilobytes());
            assertThat(after.threads()).isLessThan(before.threads() + MARGIN.threads());
            assertThat(after.files()).isLessThan(before.files() + MARGIN.files());
        }
        service.terminate();
        assertThat(service.end()).isZero();
        PfmRun.of("audit", "verify", "--home", folder.resolve("home"), "--database", postgres.url())
                .assertDone();
    }

    private static long seconds(long since) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
    }

    private static void awaitTaken(Caller caller, List<String> announced) throws InterruptedException {
        assertThat(announced).isNotEmpty();
        for (String learner : announced) {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (caller.find("announced", "/api/v1/namespaces/" + learner).status() != 200) {
                assertThat(System.nanoTime()).as(learner + " in time").isLessThan(end);
            }
        }
    }

    /** Each has one namespace and, once the outbox is empty, one message of it. */
    private void assertSent(Caller caller, List<String> announced) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (caller.get("overview", "/api/v1/overview")
                        .json()
                        .at("/outbox/depth")
                        .asLong(1)
                != 0) {
            assertThat(System.nanoTime()).as("the outbox is empty in time").isLessThan(end);
        }
        Map<String, Set<String>> ids = new HashMap<>();
        try (PlainRedis stream = new PlainRedis(redis.url())) {
            for (String value : stream.values("aivo.events.NAMESPACE_CREATED")) {
                JsonNode event = JSON.readTree(value);
                ids.computeIfAbsent(event.path("subject").asText(), uid -> new HashSet<>())
                        .add(event.path("id").asText());
            }
        }
        Map<String, Integer> created = new HashMap<>();
        ids.forEach((uid, all) -> created.put(uid, all.size()));
        Ledger.read(caller).assertProvisioned(announced, created);
    }
}
