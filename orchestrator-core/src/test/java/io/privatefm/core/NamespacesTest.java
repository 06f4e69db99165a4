/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A learner's namespace")
class NamespacesTest {
    private final EngineFixture engine = new EngineFixture();
    private final Namespaces namespaces = engine.orchestrator().namespaces();

    @AfterEach
    void close() {
        engine.close();
    }

    @Nested
    @DisplayName("is provisioned")
    class Provisioned {
        @Test
        @DisplayName("on the newest release, with its subjects in order and once each, and says so in its event log")
        void created() {
            engine.foundation.put("r2", ModelFixture.tiny(2).files());

            NamespaceRow row = namespaces.provision(ADA, List.of(READING, MATH, READING));

            assertThat(row.learner()).isEqualTo(ADA);
            assertThat(row.subjects()).containsExactly(MATH, READING);
            assertThat(row.state()).isEqualTo(NamespaceState.ACTIVE);
            assertThat(row.foundationRelease()).isEqualTo("r2");
            assertThat(row.policy())
                    .isEqualTo("{\"combined\":[],\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":true}");
            assertThat(row.checkpointVersion()).isZero();
            assertThat(row.eventHead()).isEqualTo(1);
            assertThat(namespaces.get(ADA)).isEqualTo(row);
            assertThat(namespaces.events(ADA, 1, 10))
                    .containsExactly(new EventRow(
                            1,
                            "NAMESPACE_CREATED",
                            1,
                            "{\"foundation_release\":\"r2\",\"policy\":\"{\\\"combined\\\":[],\\\"layout\\\":\\\"DELTA\\\","
                                    + "\\\"rounding\\\":\\\"SINGLE\\\",\\\"separate\\\":true}\","
                                    + "\"subjects\":[\"math\",\"reading\"]}",
                            EngineFixture.START));
            assertThat(engine.events.events()).containsExactly(new LifecycleEvent.NamespaceCreated(row.nsUid()));
        }

        @Test
        @DisplayName("once: the second call finds it as it is, whatever it asks for")
        void twice() {
            NamespaceRow first = namespaces.provision(ADA, List.of(MATH));
            engine.foundation.put("r2", ModelFixture.tiny(2).files());

            NamespaceRow second =
                    namespaces.provision(ADA, List.of(READING), MergePolicy.DEFAULT.withLayout(Layout.FULL));

            assertThat(second).isEqualTo(first);
            assertThat(namespaces.events(ADA, 1, 10)).hasSize(1);
            assertThat(engine.events.events()).hasSize(1);
        }

        @Test
        @DisplayName("once by eight threads at a time")
        void eightThreads() throws Exception {
            for (int round = 0; round < 20; round++) {
                LearnerId learner = LearnerId.of("learner-" + round);
                Set<NamespaceRow> rows = new HashSet<>(together(8, i -> namespaces.provision(learner, List.of(MATH))));

                assertThat(rows).hasSize(1);
                assertThat(namespaces.events(learner, 1, 10)).hasSize(1);
            }
            assertThat(namespaces.page(null, 100)).hasSize(20);
            assertThat(engine.events.events(LifecycleEvent.NamespaceCreated.class))
                    .hasSize(20);
        }

        @Test
        @DisplayName("with a policy of its own, whose combined variants are of its subjects and named as none of them")
        void ownPolicy() {
            CombinedVariant both = CombinedVariant.weightedSum("both", Map.of(MATH, 1f, READING, 0.5f));
            MergePolicy policy = new MergePolicy(true, List.of(both), Rounding.SAFE, Layout.FULL);

            assertThat(namespaces.provision(ADA, List.of(MATH, READING), policy).policy())
                    .contains("\"both\"", "\"reading\":\"0x1.0p-1\"", "\"FULL\"", "\"SAFE\"");

            LearnerId bob = LearnerId.of("bob");
            assertRefused(
                    () -> namespaces.provision(bob, List.of(MATH), policy),
                    "combined variant both has subjects that the namespace has not");
            assertRefused(
                    () -> namespaces.provision(bob, List.of(MATH, READING, Subject.of("both")), policy),
                    "combined variant both is named as a subject");
            assertRefused(() -> namespaces.provision(bob, List.of()), "a namespace needs at least one subject");
            assertThat(namespaces.find(bob)).isEmpty();
        }

        @Test
        @DisplayName("only where there is a foundation")
        void noFoundation() {
            try (Orchestrator empty = Orchestrator.builder(engine.store, engine.blobs, new Releases())
                    .build()) {
                assertThatThrownBy(() -> empty.namespaces().provision(ADA, List.of(MATH)))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessage("the foundation store has no release");
            }
            assertThat(namespaces.find(ADA)).isEmpty();
        }
    }

    @Nested
    @DisplayName("is provisioned by PRIVATE_BRAIN_READY events")
    class ByEvents {
        private final EventBus bus = InMemory.bus();
        private final Orchestrator orchestrator =
                engine.restart(engine.builder().eventBus(bus));

        @Test
        @DisplayName("once, though the event comes twice; from start() to close()")
        void events() {
            publish("m-0", "{\"learner_id\":\"early\",\"subjects\":[\"math\"]}");
            orchestrator.start();
            publish("m-1", "{\"learner_id\":\"ada\",\"subjects\":[\"reading\",\"math\"]}");
            NamespaceRow row = orchestrator.namespaces().get(ADA);
            publish("m-1", "{\"learner_id\":\"ada\",\"subjects\":[\"reading\",\"math\"]}");
            publish("m-2", "{\"learner_id\":\"ada\",\"subjects\":[\"other\"]}");
            orchestrator.close();
            publish("m-3", "{\"learner_id\":\"late\",\"subjects\":[\"math\"]}");

            assertThat(row.subjects()).containsExactly(MATH, READING);
            assertThat(orchestrator.namespaces().page(null, 10)).containsExactly(row);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{",
                    "{\"learner_id\":\"ada\"}",
                    "{\"learner_id\":\"ada\",\"subjects\":[]}",
                    "{\"learner_id\":\"ada\",\"subjects\":[\"no/subject\"]}",
                    "{\"learner_id\":\"../ada\",\"subjects\":[\"math\"]}"
                })
        @DisplayName("and a malformed one is given up and audited, makes nothing, and does not stop the next one")
        void malformed(String payload) {
            orchestrator.start();

            publish("m-1", payload);
            assertThat(orchestrator.namespaces().page(null, 10)).isEmpty();
            assertThat(engine.events.events(LifecycleEvent.MessageGivenUp.class))
                    .containsExactly(
                            new LifecycleEvent.MessageGivenUp("PRIVATE_BRAIN_READY", DeadLetter.Reason.REFUSED));
            assertThat(engine.store
                            .inTransaction(tx -> tx.audit().newest("inbox"))
                            .orElseThrow()
                            .details())
                    .contains("\"reason\":\"REFUSED\"")
                    .doesNotContain("m-1", "ada");

            publish("m-2", "{\"learner_id\":\"ada\",\"subjects\":[\"math\"]}");
            assertThat(orchestrator.namespaces().find(ADA)).isPresent();
        }

        @Test
        @DisplayName("and start() twice is a mistake; without a bus it has nothing to do")
        void startTwice() {
            orchestrator.start();
            assertThatThrownBy(orchestrator::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("started already");

            Orchestrator without = engine.restart(engine.builder());
            without.start();
            without.close();
            without.close();
        }

        private void publish(String id, String payload) {
            bus.publish(new BusMessage(id, "PRIVATE_BRAIN_READY", id, payload));
        }
    }

    @Test
    @DisplayName("is found, or it is said that there is none")
    void found() {
        NamespaceRow row = namespaces.provision(ADA, List.of(MATH));

        assertThat(namespaces.find(ADA)).contains(row);
        assertThat(namespaces.find(LearnerId.of("bob"))).isEmpty();
        assertThatThrownBy(() -> namespaces.get(LearnerId.of("bob")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND))
                .hasMessage("there is no namespace of learner bob");
        assertThatThrownBy(() -> namespaces.events(LearnerId.of("bob"), 1, 1))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("is listed in order of learner, a page at a time")
    void pages() {
        for (int i = 9; i >= 0; i--) {
            namespaces.provision(LearnerId.of("l" + i), List.of(MATH));
        }
        List<String> found = new ArrayList<>();
        List<NamespaceRow> page = namespaces.page(null, 4);
        while (!page.isEmpty()) {
            assertThat(page.size()).isLessThanOrEqualTo(4);
            page.forEach(row -> found.add(row.learner().value()));
            page = namespaces.page(page.get(page.size() - 1).learner(), 4);
        }
        assertThat(found).containsExactly("l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9");
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessage(message);
    }

    /** What one of several threads does. */
    interface Work<T> {
        T run(int thread) throws Exception;
    }

    /** Runs work on that many threads, which begin together. */
    static <T> List<T> together(int threads, Work<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier barrier = new CyclicBarrier(threads);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                futures.add(pool.submit(() -> {
                    barrier.await();
                    return work.run(thread);
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdown();
        }
    }
}
