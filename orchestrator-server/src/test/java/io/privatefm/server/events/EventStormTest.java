/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.bus.redis.RedisServer;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.fault.ChildJvm;
import io.privatefm.server.fault.Postgres;
import io.privatefm.server.fault.Share;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Events, while the broker and the consumers are killed at random,")
class EventStormTest {
    private static final int EVENTS = Share.of(2_000, 5_000, 100_000);
    private static final int KILLS = Share.of(5, 10, 200);
    private static final Pattern DIGEST = Pattern.compile("\"digest\":\"([0-9a-f]{64})\"");
    private static final int CONSUMERS = 2;
    private static final int NIGHTS = 3;
    private static final long PATIENCE_SECONDS = Share.of(120, 240, 3_600);

    @TempDir
    private Path directory;

    private final List<ChildJvm> consumers = new ArrayList<>();

    @AfterEach
    void endConsumers() {
        consumers.forEach(ChildJvm::close);
    }

    @Test
    @DisplayName("have each effect once, in the order of each learner, and tell of it without a gap")
    void storm() throws Exception {
        long seed = Share.seed();
        StormHome home = new StormHome(directory);
        try (RedisServer redis = RedisServer.builder().appendOnly().start()) {
            home.prepare(Postgres.emptySchema(), redis.url());
            Storm storm = new Storm(home, EVENTS, seed);
            for (int number = 0; number < CONSUMERS; number++) {
                consumers.add(consumer());
            }
            try (RedisEventBus bus = home.bus();
                    HikariDataSource database = home.database();
                    Orchestrator pfm = home.orchestrator(database, bus).build()) {
                Received received = new Received();
                bus.subscribe("NAMESPACE_CREATED", "platform", received);
                bus.subscribe("MERGE_COMPLETED", "platform", received);
                publish(storm, bus, redis, pfm, new Random(seed));
                received.await("NAMESPACE_CREATED", storm.adapters().size(), PATIENCE_SECONDS);
                long merged = mergeAll(storm, pfm);
                received.await("MERGE_COMPLETED", Math.toIntExact(merged), PATIENCE_SECONDS);
                check(storm, pfm, received);
                assertThat(bus.deadLetters().list(10)).isEmpty();
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "replay with -Dpfm.seed=" + seed + "; the consumers said "
                            + consumers.stream().map(ChildJvm::lines).toList(),
                    e);
        }
    }

    private ChildJvm consumer() throws Exception {
        return ChildJvm.start(EventConsumer.class, EventConsumer.STARTED, List.of(directory.toString()));
    }

    /** Publishes everything, kills now and then, and lets some nights fall. */
    private void publish(Storm storm, RedisEventBus bus, RedisServer redis, Orchestrator pfm, Random random)
            throws Exception {
        List<BusMessage> messages = storm.messages();
        TreeSet<Integer> kills = new TreeSet<>();
        while (kills.size() < KILLS) {
            kills.add(random.nextInt(messages.size()));
        }
        for (int at = 0; at < messages.size(); at++) {
            if (kills.contains(at)) {
                kill(redis, random);
            }
            publish(bus, messages.get(at));
            if (at % (messages.size() / NIGHTS) == messages.size() / NIGHTS / 2) {
                pfm.merges().runNight();
            }
        }
    }

    private void kill(RedisServer redis, Random random) throws Exception {
        int victim = random.nextInt(CONSUMERS + 1);
        if (victim == CONSUMERS) {
            redis.kill();
            redis.restart();
        } else {
            consumers.set(victim, killed(consumers.get(victim)));
        }
    }

    private ChildJvm killed(ChildJvm consumer) throws Exception {
        consumer.close();
        return consumer();
    }

    /** As an outbox does it: again, until the broker says that it has it. */
    private static void publish(RedisEventBus bus, BusMessage message) {
        long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000;
        while (true) {
            try {
                bus.publish(message);
                return;
            } catch (UnavailableException | OutcomeUnknownException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    /** Runs nights until every adapter is merged; gives how many checkpoints there are then. */
    private static long mergeAll(Storm storm, Orchestrator pfm) {
        long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000;
        while (true) {
            long waiting = storm.adapters().entrySet().stream()
                    .filter(learner -> revisions(pfm, learner.getKey())
                            < learner.getValue().size())
                    .count();
            boolean done = waiting == 0 && pfm.merges().runNight().inProgress() == 0;
            if (done) {
                return storm.adapters().keySet().stream()
                        .mapToLong(learner -> pfm.namespaces().get(learner).checkpointVersion())
                        .sum();
            }
            assertThat(System.nanoTime())
                    .as("adapters of %s learners are not there", waiting)
                    .isLessThan(deadline);
        }
    }

    private static int revisions(Orchestrator pfm, LearnerId learner) {
        return pfm.adapters().current(learner).stream()
                .mapToInt(AdapterRow::revision)
                .max()
                .orElse(0);
    }

    private static void check(Storm storm, Orchestrator pfm, Received received) {
        Map<String, Long> heads = new HashMap<>();
        Map<Integer, String> digests = new HashMap<>();
        for (Map.Entry<LearnerId, List<Integer>> learner : storm.adapters().entrySet()) {
            NamespaceRow namespace = pfm.namespaces().get(learner.getKey());
            List<EventRow> events = pfm.namespaces().events(learner.getKey(), 1, 1_000);
            assertThat(events.get(0).type()).isEqualTo("NAMESPACE_CREATED");
            assertThat(events.stream().filter(event -> event.type().equals("NAMESPACE_CREATED")))
                    .hasSize(1);
            assertAdapters(learner.getKey(), learner.getValue(), events, digests);
            heads.put(namespace.nsUid().value(), namespace.outboxHead());
        }
        assertThat(pfm.namespaces().page(null, storm.adapters().size() + 1)).hasSameSizeAs(heads.keySet());
        assertThat(new TreeSet<>(digests.values())).as("adapters told apart").hasSize(StormHome.ADAPTERS);
        received.assertComplete(heads);
    }

    /** Each adapter was registered once, in the order of their training. */
    private static void assertAdapters(
            LearnerId learner, List<Integer> trained, List<EventRow> events, Map<Integer, String> digests) {
        List<String> registered = events.stream()
                .filter(event -> event.type().equals("ADAPTER_REGISTERED"))
                .map(event -> DIGEST.matcher(event.payload())
                        .results()
                        .findFirst()
                        .orElseThrow()
                        .group(1))
                .toList();
        assertThat(registered).as("adapters of %s", learner).hasSameSizeAs(trained);
        for (int at = 0; at < trained.size(); at++) {
            String known = digests.putIfAbsent(trained.get(at), registered.get(at));
            assertThat(registered.get(at))
                    .as("adapter %s of %s", at, learner)
                    .isEqualTo(known == null ? registered.get(at) : known);
        }
    }
}
