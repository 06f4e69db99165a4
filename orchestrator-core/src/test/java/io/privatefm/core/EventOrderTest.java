/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Events that come twice, in any order, late, and after a deletion")
class EventOrderTest {
    private static final int ROUNDS = 4;
    private static final int LEARNERS = 6;
    private static final int TRAININGS = 4;

    /** What is to be the same at the end, whatever came when. */
    private record EndState(
            Map<String, List<Subject>> namespaces, Map<String, Sha256> adapters, List<String> deleted) {}

    @Test
    @DisplayName(
            "lead to where the orderly ones lead: namespaces, the adapter that was trained last, nobody brought back")
    void anyOrder() {
        long seed = TestSeed.of(getClass());
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            EndState orderly = run(null);
            assertThat(run(random)).as("round " + round).isEqualTo(orderly);
        }
    }

    private static LearnerId learner(int number) {
        return LearnerId.of("learner-" + number);
    }

    /** The messages in the order in which things happened: for each learner, the namespace and then adapters. */
    private static List<BusMessage> messages(Intake intake) {
        List<BusMessage> messages = new ArrayList<>();
        for (int i = 0; i < LEARNERS; i++) {
            LearnerId learner = learner(i);
            messages.add(new BusMessage(
                    "ready-" + i,
                    "PRIVATE_BRAIN_READY",
                    learner.value(),
                    Intake.ready(learner, MATH, READING).toString()));
        }
        for (int training = 0; training < TRAININGS; training++) {
            for (int i = 0; i < LEARNERS; i++) {
                Subject subject = (training + i) % 3 == 0 ? READING : MATH;
                Instant at = EngineFixture.START.minus(Duration.ofHours(TRAININGS - training));
                messages.add(new BusMessage(
                        "trained-" + i + "-" + training,
                        "ADAPTER_TRAINED",
                        learner(i).value(),
                        intake.trained(learner(i), subject, 10L * i + training).toString(),
                        Optional.of(at),
                        Optional.of("training-" + training)));
            }
        }
        return messages;
    }

    /** @param random mixes, doubles and delays; null for the orderly run */
    private static EndState run(@Nullable Random random) {
        try (Intake intake = new Intake(InMemory.vault())) {
            List<BusMessage> messages = new ArrayList<>(messages(intake));
            LearnerId leaving = learner(0);
            if (random == null) {
                messages.forEach(intake.bus::publish);
                intake.orchestrator().merges().runNight();
                delete(intake, leaving);
            } else {
                List<BusMessage> again = new ArrayList<>(messages);
                messages.addAll(again);
                Collections.shuffle(messages, random);
                List<BusMessage> waiting = deliver(intake, messages);
                intake.orchestrator().merges().runNight();
                assertThat(deliver(intake, waiting))
                        .as("every namespace is there")
                        .isEmpty();
                delete(intake, leaving);
                Collections.shuffle(again, random); // a week later, all of it once more
                assertThat(deliver(intake, again)).isEmpty();
            }
            return endState(intake, leaving);
        }
    }

    /** Delivers each message once; gives those that were not taken yet. */
    private static List<BusMessage> deliver(Intake intake, List<BusMessage> messages) {
        List<BusMessage> waiting = new ArrayList<>();
        for (BusMessage message : messages) {
            try {
                intake.bus.publish(message);
            } catch (UnavailableException e) {
                waiting.add(message); // its namespace is to come
            }
        }
        return waiting;
    }

    private static void delete(Intake intake, LearnerId learner) {
        intake.orchestrator().guardian().delete(new GuardianRequest(learner, "mum", "secret"));
    }

    private static EndState endState(Intake intake, LearnerId leaving) {
        Orchestrator orchestrator = intake.orchestrator();
        Map<String, List<Subject>> namespaces = new TreeMap<>();
        Map<String, Sha256> adapters = new TreeMap<>();
        for (int i = 0; i < LEARNERS; i++) {
            LearnerId learner = learner(i);
            Optional<NamespaceRow> found = orchestrator.namespaces().find(learner);
            if (found.isEmpty()) {
                continue;
            }
            namespaces.put(learner.value(), found.get().subjects());
            for (AdapterRow row : orchestrator.adapters().current(learner)) {
                adapters.put(learner + "/" + row.subject(), row.digest());
            }
            List<EventRow> events = orchestrator.namespaces().events(learner, 1, 1_000);
            for (int seq = 1; seq <= events.size(); seq++) {
                assertThat(events.get(seq - 1).seq()).isEqualTo(seq);
            }
            assertThat(found.get().eventHead()).isEqualTo(events.size());
            List<AuditRow> chain = intake.audit("ns:" + found.get().nsUid());
            for (int seq = 1; seq <= chain.size(); seq++) {
                assertThat(chain.get(seq - 1).seq()).isEqualTo(seq);
            }
        }
        assertThat(namespaces).doesNotContainKey(leaving.value()).hasSize(LEARNERS - 1);
        assertThat(intake.audit("inbox")).as("nothing was refused").isEmpty();
        List<LearnerId> all = new ArrayList<>();
        for (int i = 0; i < LEARNERS; i++) {
            all.add(learner(i));
        }
        List<String> deleted = new ArrayList<>();
        orchestrator.namespaces().reconcile(all).deleted().forEach(learner -> deleted.add(learner.value()));
        assertThat(orchestrator.namespaces().reconcile(all).missing()).isEmpty();
        return new EndState(namespaces, adapters, List.copyOf(new TreeSet<>(deleted)));
    }
}
