/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.privatefm.core.ApiKeyAuthority;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.SimulatedBlobs;
import io.privatefm.testkit.SimulatedTime;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The events that an orchestrator sends")
class OutgoingEventsTest {
    private static final LearnerId ADA = LearnerId.of("ada");
    private static final LearnerId BOB = LearnerId.of("bob");
    private static final LearnerId CLEO = LearnerId.of("cleo");
    private static final Subject MATH = Subject.of("math");
    private static final Subject READING = Subject.of("reading");
    private static final String GUARDIAN_KEY = "a guardian's key of this test alone";
    private static final String CORRELATION = "lesson-17";
    private static final int FAILURES = 5;

    private final SimulatedTime time = new SimulatedTime(Instant.parse("2026-03-01T02:00:00Z"));
    private final SimulatedBlobs blobs = new SimulatedBlobs(time, new Random(1));
    private final List<BusMessage> sent = new ArrayList<>();
    private final TinyModel model = TinyModels.gpt2(1, FloatType.F32);
    private final EventBus bus = InMemory.bus();

    @TempDir
    private Path foundation;

    private EventSchemas schemas;
    private Orchestrator pfm;

    @BeforeEach
    void start() throws IOException {
        schemas = EventSchemas.read();
        release("release-1", model);
        schemas.topics("send").forEach(topic -> bus.subscribe(topic, "host", sent::add));
        pfm = Orchestrator.builder(InMemory.store(time), blobs, FoundationDirectory.at(foundation))
                .eventBus(bus)
                .keyVault(InMemory.vault(time))
                .guardianAuthority(ApiKeyAuthority.of(GUARDIAN_KEY))
                .rebase(new RebasePolicy.FollowLatest())
                .executor(Runnable::run, 1)
                .timer(time.timer())
                .background(Runnable::run)
                .clock(time)
                .build();
        pfm.start();
    }

    @AfterEach
    void end() {
        pfm.close();
        bus.close();
    }

    @Test
    @DisplayName("are as the schemas say, of every type, and have no field that is not in them")
    void asTheSchemasSay() throws IOException {
        ready(ADA);
        ready(BOB);
        ready(CLEO);
        register(ADA, MATH, 1);
        register(ADA, READING, 2);
        register(BOB, MATH, 3);
        register(CLEO, MATH, 4);
        damageAdapter(CLEO);
        pfm.merges().runNight();
        damage(ADA);
        scrub();
        damage(BOB);
        damageAdapter(BOB);
        for (int failure = 0; failure < FAILURES; failure++) {
            scrub();
        }
        pfm.recovery().fallback(ADA, new RestorePoint.Version(1));
        release("release-2", TinyModels.distilBert(2, FloatType.F32));
        pfm.merges().runNight();
        pfm.upkeep().relayMessages(); // what waits is destroyed with the namespace
        assertThat(pfm.guardian().delete(new GuardianRequest(ADA, "a-guardian", GUARDIAN_KEY)))
                .isInstanceOf(DeletionOutcome.Deleted.class);
        pfm.upkeep().relayMessages();

        for (BusMessage message : sent) {
            JsonNode data = new JsonMapper().readTree(message.payload());
            assertThat(schemas.errorsOfData(message.topic(), data))
                    .as(message.payload())
                    .isEmpty();
            assertThat(schemas.fields(message.topic()).keySet()).containsAll(names(data));
            assertThat(data.path("event").textValue()).isEqualTo(message.topic());
            assertThat(data.path("event_id").textValue()).isEqualTo(message.id());
            assertThat(data.path("ns_uid").textValue()).isEqualTo(message.key());
        }
        assertThat(sent.stream().map(BusMessage::topic).collect(Collectors.toSet()))
                .isEqualTo(schemas.topics("send"));
        assertNumberedWithoutGaps();
    }

    /** For each namespace 1, 2, 3, … over all types, in the order in which they were sent. */
    private void assertNumberedWithoutGaps() throws IOException {
        Map<String, List<Long>> numbers = new HashMap<>();
        for (BusMessage message : sent) {
            numbers.computeIfAbsent(message.key(), key -> new ArrayList<>())
                    .add(new JsonMapper()
                            .readTree(message.payload())
                            .path("seq")
                            .longValue());
        }
        assertThat(numbers).hasSize(3);
        numbers.forEach((namespace, seqs) -> {
            for (int index = 0; index < seqs.size(); index++) {
                assertThat(seqs.get(index)).as("%s of %s", index, namespace).isEqualTo(index + 1L);
            }
        });
    }

    private static List<String> names(JsonNode data) {
        return data.properties().stream().map(Map.Entry::getKey).toList();
    }

    private void ready(LearnerId learner) {
        bus.publish(new BusMessage(
                "ready-" + learner,
                "PRIVATE_BRAIN_READY",
                learner.value(),
                "{\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\",\"reading\"]}",
                Optional.empty(),
                Optional.of(CORRELATION)));
    }

    private void register(LearnerId learner, Subject subject, long seed) {
        pfm.adapters()
                .register(
                        learner,
                        subject,
                        TinyAdapters.plain(model, seed, "c_attn").files());
    }

    private void damage(LearnerId learner) {
        CheckpointRow newest = pfm.checkpoints().latest(learner).orElseThrow();
        newest.variants().forEach(variant -> blobs.flip(newest.nsUid(), variant.blob(), 99));
    }

    private void damageAdapter(LearnerId learner) {
        pfm.adapters().current(learner).forEach(row -> blobs.flip(row.nsUid(), row.weightsBlob(), 999));
    }

    private void scrub() {
        time.advance(Duration.ofSeconds(1));
        pfm.recovery().scrub(ScrubRequest.DEFAULT.withNotSince(Duration.ZERO));
    }

    private void release(String name, TinyModel released) throws IOException {
        released.files().writeTo(Files.createDirectory(foundation.resolve(name)));
    }
}
