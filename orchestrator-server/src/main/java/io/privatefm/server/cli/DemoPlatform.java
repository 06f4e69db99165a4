/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.Orchestrator;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.store.OrchestratorStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the platform and its trainer do in the demo: they say over the bus which learners are ready and which adapters are trained, and wait
 * until they were heard, by this process or by another one on the same database.
 */
final class DemoPlatform {
    private static final String READY = "PRIVATE_BRAIN_READY";
    private static final String TRAINED = "ADAPTER_TRAINED";
    private static final String GROUP = "private-fm";

    private final EventBus bus;
    private final Orchestrator pfm;
    private final OrchestratorStore store;
    private final Path adapters;
    private final String run = UUID.randomUUID().toString();

    /** @param adapters where the trainer leaves them */
    DemoPlatform(EventBus bus, Orchestrator pfm, OrchestratorStore store, Path adapters) {
        this.bus = bus;
        this.pfm = pfm;
        this.store = store;
        this.adapters = adapters;
    }

    /**
     * Says that learners are ready.
     *
     * @throws UnavailableException if that was not heard in time
     */
    void ready(List<LearnerId> learners) {
        for (LearnerId learner : learners) {
            ObjectNode data = data(READY, learner);
            DemoHome.SUBJECTS.forEach(subject -> data.withArray("subjects").add(subject.value()));
            say("ready-" + learner + "-" + run, learner, data);
        }
        await(READY, () -> pfm.namespaces().reconcile(learners).missing().size());
    }

    /**
     * Says that learners' adapters are trained.
     *
     * @throws UnavailableException if that was not heard in time
     */
    void trained(List<LearnerId> learners) throws IOException {
        List<BusMessage> said = new ArrayList<>();
        for (LearnerId learner : learners) {
            for (Subject subject : DemoHome.SUBJECTS) {
                String reference = DemoHome.reference(learner, subject);
                Path folder = adapters.resolve(reference);
                ObjectNode data = data(TRAINED, learner)
                        .put("subject", subject.value())
                        .put("uri", reference)
                        .put("sha256", sha256(Files.readAllBytes(folder.resolve(DemoHome.WEIGHTS))))
                        .put("config_sha256", sha256(Files.readAllBytes(folder.resolve(DemoHome.CONFIG))));
                said.add(say("trained-" + learner + "-" + subject + "-" + run, learner, data));
            }
        }
        await(TRAINED, () -> waiting(said));
    }

    private static ObjectNode data(String topic, LearnerId learner) {
        return JsonNodeFactory.instance.objectNode().put("event", topic).put("learner_id", learner.value());
    }

    private BusMessage say(String id, LearnerId learner, ObjectNode data) {
        BusMessage message = new BusMessage(id, data.path("event").textValue(), learner.value(), data.toString());
        bus.publish(message);
        return message;
    }

    /** @param waiting how many were not heard yet */
    private static void await(String topic, Supplier<Integer> waiting) {
        int left = Rounds.repeat(waiting, count -> count == 0);
        if (left > 0) {
            throw new UnavailableException(
                    left + " events " + topic + " were not taken in time: see pfm dead-letters list;"
                            + " or an orchestrator on another database takes them, and needs another EVENT_BUS_PREFIX");
        }
    }

    /** How many were not taken yet, as the inbox knows it, which notes digests. */
    private int waiting(List<BusMessage> said) {
        return store.inTransaction(tx -> (int) said.stream()
                .filter(message -> !tx.taken(GROUP, sha256(message.id().getBytes(StandardCharsets.UTF_8))))
                .count());
    }

    private static String sha256(byte[] bytes) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes)).hex();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
