/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.bus.redis.RedisServer;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.AdapterDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.store.AdapterRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An orchestrator on a real Redis")
class IncomingEventsTest {
    private static final Path TUTOR = Path.of("src", "main", "resources", "tiny-tutor");
    private static final LearnerId LEARNER = LearnerId.of("7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11");
    private static final String DOCUMENTED_PREFIX = "aivo.events";
    private static final Pattern COMMAND = Pattern.compile("(?m)^(XADD|XGROUP|XREADGROUP|XACK|XAUTOCLAIM) .*$");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final JsonMapper JSON = new JsonMapper();

    private final String prefix = "test-" + UUID.randomUUID();

    @TempDir
    private Path foundation;

    private EventSchemas schemas;
    private EventsDocument document;
    private PlainRedis redis;
    private WatchedBus bus;
    private Orchestrator pfm;

    @BeforeEach
    void start() throws IOException {
        schemas = EventSchemas.read();
        document = EventsDocument.read();
        Path release = Files.createDirectory(foundation.resolve("release-1"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(TUTOR.resolve("foundation/release-1").resolve(name), release.resolve(name));
        }
        redis = new PlainRedis(RedisServer.sharedUrl());
        bus = new WatchedBus(
                RedisEventBus.builder(RedisServer.sharedUrl()).prefix(prefix).open());
        pfm = orchestrator(bus);
    }

    private Orchestrator orchestrator(EventBus events) {
        Orchestrator built = Orchestrator.builder(
                        InMemory.store(), InMemory.blobs(), FoundationDirectory.at(foundation))
                .eventBus(events)
                .adapterStore(AdapterDirectory.at(TUTOR.resolve("adapters")))
                .build();
        built.start();
        return built;
    }

    @AfterEach
    void end() throws IOException {
        pfm.close();
        bus.close();
        redis.close();
    }

    @Test
    @DisplayName("takes the events of docs/events.md as they stand there, and answers with events as its schemas say")
    void examples() throws Exception {
        assertThat(bus.topics()).isEqualTo(schemas.topics("receive"));

        for (String topic : List.of("PRIVATE_BRAIN_READY", "ADAPTER_TRAINED", "FOUNDATION_RELEASED")) {
            List<JsonNode> examples = document.examples(topic);
            for (JsonNode example : examples) {
                send(topic, example);
            }
            assertThat(bus.awaitTaken(examples.size()))
                    .extracting(BusMessage::topic)
                    .containsOnly(topic);
        }
        bus.assertQuiet();

        assertThat(pfm.namespaces().get(LEARNER).subjects())
                .extracting(Subject::value)
                .containsExactly("math", "reading", "science");
        AdapterRow adapter = pfm.adapters().current(LEARNER).get(0);
        assertThat(pfm.adapters().current(LEARNER)).hasSize(1);
        assertThat(adapter.revision()).isEqualTo(1);
        assertThat(adapter.trainedAt()).isEqualTo(Optional.of(Instant.parse("2026-03-01T15:59:30Z")));
        assertThat(pfm.merges().runNight().merged()).isEqualTo(1);
        pfm.upkeep().relayMessages();
        JsonNode created = onlyEvent("NAMESPACE_CREATED");
        assertThat(created.path("correlationid"))
                .isEqualTo(document.examples("PRIVATE_BRAIN_READY").get(0).path("correlationid"));
        assertThat(created.path("data").path("correlation_id")).isEqualTo(created.path("correlationid"));
        assertThat(onlyEvent("MERGE_COMPLETED").path("data").path("variants").has("math"))
                .isTrue();
    }

    private JsonNode onlyEvent(String topic) throws IOException {
        List<String> values = redis.values(prefix + "." + topic);
        assertThat(values).hasSize(1);
        JsonNode event = JSON.readTree(values.get(0));
        assertThat(schemas.errors(event)).as(values.get(0)).isEmpty();
        return event;
    }

    @Test
    @DisplayName("gives up what lacks a field that must be there, and parks versions that it does not know")
    void refused() throws Exception {
        List<JsonNode> broken = new ArrayList<>();
        for (String topic : schemas.topics("receive")) {
            for (JsonNode example : document.examples(topic)) {
                boolean enveloped = example.has("specversion");
                for (Map.Entry<String, Boolean> field : schemas.fields(topic).entrySet()) {
                    ObjectNode other = example.deepCopy();
                    ObjectNode data = (ObjectNode) (enveloped ? other.path("data") : other);
                    if (field.getKey().equals("version")) {
                        data.put("version", 2);
                    } else if (field.getValue()) {
                        data.remove(field.getKey());
                    } else {
                        continue;
                    }
                    assertThat(schemas.errors(other)).as("%s", other).isNotEmpty();
                    broken.add(other);
                    send(topic, other);
                }
                if (enveloped) {
                    ObjectNode other = example.deepCopy();
                    broken.add(other.put("specversion", "2.0"));
                    send(topic, other);
                }
            }
        }

        List<DeadLetter> letters = bus.awaitGivenUp(broken.size());

        bus.assertQuiet();
        assertThat(letters)
                .filteredOn(letter -> letter.reason() == DeadLetter.Reason.UNKNOWN_VERSION)
                .hasSize(9);
        assertThat(letters)
                .filteredOn(letter -> letter.reason() == DeadLetter.Reason.REFUSED)
                .hasSize(broken.size() - 9);
        assertThat(pfm.namespaces().find(LEARNER)).isEmpty();
    }

    @Test
    @DisplayName("is spoken to by the commands that docs/events.md shows")
    void commands() throws Exception {
        List<String> names = new ArrayList<>();
        Matcher commands = COMMAND.matcher(document.text());
        while (commands.find()) {
            List<String> words = words(commands.group().replace(DOCUMENTED_PREFIX, prefix));
            if (words.get(0).equals("XREADGROUP")) {
                redis.run(List.of("XADD", prefix + ".MERGE_COMPLETED", "*", "event", "{}")); // else it waits
            }
            redis.run(words);
            names.add(words.get(0));
        }

        assertThat(names).containsExactly("XADD", "XGROUP", "XREADGROUP", "XACK", "XAUTOCLAIM");
        assertThat(bus.awaitTaken(1)).extracting(BusMessage::key).containsExactly(LEARNER.value());
        assertThat(pfm.namespaces().get(LEARNER).subjects()).containsExactly(Subject.of("math"));
    }

    private static List<String> words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        return words;
    }

    @Test
    @DisplayName("needs no more rights than docs/events.md gives its user, nor does a producer")
    void users() throws Exception {
        try (RedisServer server = RedisServer.start();
                PlainRedis admin = new PlainRedis(server.url());
                PlainRedis producer = new PlainRedis(server.url())) {
            for (String command : document.text()
                    .lines()
                    .filter(line -> line.startsWith("ACL SETUSER "))
                    .toList()) {
                admin.run(words(command));
            }
            producer.run(List.of("AUTH", "onboarding", "PASSWORD"));
            String ready = document.examples("PRIVATE_BRAIN_READY").get(0).toString();
            String stream = DOCUMENTED_PREFIX + ".PRIVATE_BRAIN_READY";
            producer.run(List.of("XADD", stream, "*", "event", ready));
            producer.run(List.of("XADD", stream, "*", "event", "no JSON"));
            assertThatThrownBy(() -> producer.values(stream)).hasMessageContaining("NOPERM");
            assertThatThrownBy(() ->
                            producer.run(List.of("XADD", DOCUMENTED_PREFIX + ".ADAPTER_TRAINED", "*", "event", "{}")))
                    .hasMessageContaining("NOPERM");

            try (RedisEventBus open = RedisEventBus.builder(server.url("private-fm:PASSWORD"))
                            .open();
                    WatchedBus watched = new WatchedBus(open);
                    Orchestrator other = orchestrator(watched)) {
                assertThat(watched.awaitTaken(1)).extracting(BusMessage::key).containsExactly(LEARNER.value());
                watched.awaitGivenUp(1);
                other.upkeep().relayMessages();
            }
            assertThat(admin.values(DOCUMENTED_PREFIX + ".NAMESPACE_CREATED")).hasSize(1);
            assertThat(admin.values(DOCUMENTED_PREFIX + ".dead-letters")).hasSize(1);
        }
    }

    private void send(String topic, JsonNode event) throws IOException {
        redis.run(List.of("XADD", prefix + "." + topic, "*", "event", event.toString()));
    }
}
