/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fixture: an orchestrator that listens to a bus and has an adapter store, of which a test can say what is in it and whether it answers.
 * Guardians are granted what they ask for.
 */
final class Intake implements AutoCloseable {
    final EngineFixture engine;
    final EventBus bus = InMemory.bus();
    final Map<String, InMemoryModelFiles> trained = new HashMap<>();
    final List<String> opened = new ArrayList<>();

    @Nullable
    RuntimeException trouble;

    Intake() {
        this(null);
    }

    Intake(@Nullable KeyVault vault) {
        engine = new EngineFixture(vault);
        engine.restart(builder()).start();
    }

    /** A builder with all parts, for a test that changes one. */
    OrchestratorBuilder builder() {
        return engine.builder()
                .eventBus(bus)
                .background(Runnable::run)
                .guardianAuthority(request -> new Decision.Granted("asked"))
                .adapterStore(reference -> {
                    opened.add(reference);
                    if (trouble != null) {
                        throw trouble;
                    }
                    InMemoryModelFiles files = trained.get(reference);
                    if (files == null) {
                        throw new InvalidInputException(ErrorCode.ADAPTER_INVALID, "there is no such adapter");
                    }
                    return files;
                });
    }

    Orchestrator orchestrator() {
        return engine.orchestrator();
    }

    /** Puts an adapter that {@code seed} alone decides into the adapter store, under the seed's name. */
    InMemoryModelFiles train(long seed) {
        return trained.computeIfAbsent(
                "a" + seed, absent -> AdapterFixture.tiny(seed).files());
    }

    /** The message that the adapter of this seed is trained, for Ada. */
    ObjectNode trained(Subject subject, long seed) {
        return trained(ADA, subject, seed);
    }

    /** The message that the adapter of this seed is trained. */
    ObjectNode trained(LearnerId learner, Subject subject, long seed) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("learner_id", learner.value())
                .put("subject", subject.value())
                .put("uri", "a" + seed)
                .put("sha256", sha256(train(seed), "adapter_model.safetensors").hex());
    }

    static ObjectNode ready(LearnerId learner, Subject... subjects) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("learner_id", learner.value());
        ArrayNode names = payload.putArray("subjects");
        for (Subject subject : subjects) {
            names.add(subject.value());
        }
        return payload;
    }

    void publish(String id, String topic, ObjectNode payload) {
        bus.publish(new BusMessage(id, topic, payload.path("learner_id").asText(), payload.toString()));
    }

    void publish(String id, String topic, ObjectNode payload, @Nullable Instant time, @Nullable String correlation) {
        bus.publish(new BusMessage(
                id,
                topic,
                payload.path("learner_id").asText(),
                payload.toString(),
                Optional.ofNullable(time),
                Optional.ofNullable(correlation)));
    }

    /** The newest adapters of Ada. */
    List<AdapterRow> adapters() {
        return orchestrator().adapters().current(ADA);
    }

    /** All entries of an audit chain. */
    List<AuditRow> audit(String chain) {
        return engine.store.inTransaction(tx -> {
            List<AuditRow> rows = new ArrayList<>();
            tx.audit().sequenced(0, 1_000).forEach(row -> rows.add(row.row()));
            rows.addAll(tx.audit().unsequenced(1_000));
            return rows.stream().filter(row -> row.chain().equals(chain)).toList();
        });
    }

    /** The audit entries of one action in Ada's chain. */
    List<AuditRow> audited(String action) {
        return audit("ns:" + orchestrator().namespaces().get(ADA).nsUid()).stream()
                .filter(row -> row.action().equals(action))
                .toList();
    }

    /** Whether a message is noted as taken. */
    boolean isTaken(String id) {
        String digest = Sha256.of(MerkleTree.sha256().digest(id.getBytes(StandardCharsets.UTF_8)))
                .hex();
        return engine.store.inTransaction(tx -> tx.taken("private-fm", digest));
    }

    void delete(LearnerId learner) {
        orchestrator().guardian().delete(new GuardianRequest(learner, "mum", "secret"));
    }

    static Sha256 sha256(InMemoryModelFiles files, String name) {
        try (RangedFile file = files.open(name)) {
            byte[] bytes = new byte[(int) file.size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return Sha256.of(MerkleTree.sha256().digest(bytes));
        }
    }

    @Override
    public void close() {
        engine.close();
        trained.values()
                .forEach(files ->
                        assertThat(files.openHandles()).as("open adapter files").isZero());
    }
}
