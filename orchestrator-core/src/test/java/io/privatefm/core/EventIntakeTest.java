/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.inbox.IncomingMessage;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.observe.CorrelationScope;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@DisplayName("What comes in over the bus")
class EventIntakeTest {
    private static final String READY = "PRIVATE_BRAIN_READY";
    private static final String KEY = "correlation_id";

    private final Handlers bus = new Handlers();
    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        engine.close();
    }

    private Orchestrator started() {
        Orchestrator orchestrator = engine.restart(engine.builder()
                .eventBus(bus)
                .adapterStore(reference -> AdapterFixture.tiny(1).files()));
        orchestrator.start();
        return orchestrator;
    }

    private static BusMessage ready(String id, Optional<String> correlation) {
        return new BusMessage(id, READY, "ada", Intake.ready(ADA, MATH).toString(), Optional.empty(), correlation);
    }

    @Test
    @DisplayName("is listened to by topic, from start() to close(); without an adapter store not to ADAPTER_TRAINED")
    void topics() {
        started();
        assertThat(bus.topics()).containsExactly("ADAPTER_TRAINED", "FOUNDATION_RELEASED", READY);
        engine.restart(engine.builder().eventBus(bus)).start();
        assertThat(bus.topics()).containsExactly("FOUNDATION_RELEASED", READY);
        engine.orchestrator().close();
        assertThat(bus.topics()).isEmpty();
    }

    @Test
    @DisplayName("is listened to wholly or not at all")
    void halfStarted() {
        EventBus half = new EventBus() {
            @Override
            public void publish(BusMessage message) {
                bus.publish(message);
            }

            @Override
            public Subscription subscribe(String topic, String group, MessageHandler handler) {
                if (topic.equals("FOUNDATION_RELEASED")) {
                    throw new UnavailableException("the broker went down just now");
                }
                return bus.subscribe(topic, group, handler);
            }

            @Override
            public void close() {
                bus.close();
            }
        };
        Orchestrator orchestrator = engine.restart(engine.builder().eventBus(half));
        assertThatThrownBy(orchestrator::start).isInstanceOf(UnavailableException.class);
        assertThat(bus.topics()).isEmpty();
    }

    @Test
    @DisplayName("notes a message as taken also where another process makes the namespace at the same moment")
    void racing() {
        SteppedStore store = new SteppedStore(engine.store);
        engine.restart(Orchestrator.builder(store, engine.blobs, engine.foundation)
                        .executor(Runnable::run, 1)
                        .eventBus(bus))
                .start();
        Thread taker = Thread.currentThread();
        AtomicInteger transactions = new AtomicInteger();
        try (Orchestrator other = Orchestrator.builder(engine.store, engine.blobs, engine.foundation)
                .executor(Runnable::run, 1)
                .build()) {
            store.before(number -> {
                if (Thread.currentThread() == taker && transactions.incrementAndGet() == 2) {
                    other.namespaces().provision(ADA, List.of(MATH));
                }
            });
            bus.handle(ready("m-1", Optional.empty()));
        }

        assertThat(transactions).as("looked, was second, looked again").hasValueGreaterThan(2);
        boolean taken = engine.store.inTransaction(tx -> tx.taken(
                "private-fm",
                IncomingMessage.read(ready("m-1", Optional.empty())).digest()));
        assertThat(taken).isTrue();
        assertThat(engine.orchestrator().namespaces().page(null, 10)).hasSize(1);
    }

    @Test
    @DisplayName("waits for a foundation where there is none yet: that is not the message's fault")
    void noFoundation() {
        started();
        engine.foundation.remove("r1");
        assertThatThrownBy(() -> bus.handle(ready("m-1", Optional.empty())))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("the foundation store has no release");
    }

    @Nested
    @DisplayName("and is not taken")
    class DeadLetters {
        @Test
        @DisplayName("is audited once and told once: topic, reason and a digest of the id, nothing else")
        void once() {
            Orchestrator orchestrator = started();
            DeadLetter letter = new DeadLetter(
                    READY, "private-fm", "ada/1", DeadLetter.Reason.TOO_MANY_DELIVERIES, "ada is unwell");
            DeadLetter elsewhere =
                    new DeadLetter("ADAPTER_TRAINED", "private-fm", "ada/1", DeadLetter.Reason.LOST, "trimmed");
            try (CorrelationScope scope = orchestrator.correlated("of-ada")) {
                assertThat(scope).isNotNull();
                bus.of(READY).givenUp(letter);
                bus.of(READY).givenUp(letter);
                bus.of("ADAPTER_TRAINED").givenUp(elsewhere);
            }

            assertThat(engine.events.events())
                    .containsExactly(
                            new LifecycleEvent.MessageGivenUp(READY, DeadLetter.Reason.TOO_MANY_DELIVERIES),
                            new LifecycleEvent.MessageGivenUp("ADAPTER_TRAINED", DeadLetter.Reason.LOST));
            List<AuditRow> rows = engine.store.inTransaction(tx -> tx.audit().unsequenced(9));
            assertThat(rows).hasSize(2).allSatisfy(row -> {
                assertThat(row.chain()).isEqualTo("inbox");
                assertThat(row.actor()).isEqualTo("private-fm");
                assertThat(row.action()).isEqualTo("DEAD_LETTER");
                assertThat(row.outcome()).isEqualTo("DENIED");
                assertThat(row.details()).doesNotContain("ada", "unwell", "trimmed");
                assertThat(row.operationId()).doesNotContain("ada/1", "unwell", "trimmed");
            });
            assertThat(rows.get(0).details())
                    .isEqualTo("{\"message\":\"" + rows.get(0).operationId()
                            + "\",\"reason\":\"TOO_MANY_DELIVERIES\",\"topic\":\"PRIVATE_BRAIN_READY\"}");
        }
    }

    @Nested
    @DisplayName("carries its correlation id")
    class Correlations {
        @Test
        @DisplayName("into log lines, event log, audit details and outgoing messages, and no further than that message")
        void everywhere() {
            Logger logger = (Logger) LoggerFactory.getLogger(Namespaces.class);
            ListAppender<ILoggingEvent> lines = new ListAppender<>();
            lines.start();
            logger.addAppender(lines);
            List<String> heard = new ArrayList<>();
            engine.restart(engine.builder().eventBus(bus).addListener(event -> heard.add(MDC.get(KEY))))
                    .start();
            Orchestrator orchestrator = engine.orchestrator();
            bus.handle(ready("m-1", Optional.of("request 7")));
            bus.handle(new BusMessage(
                    "m-2",
                    READY,
                    "ada",
                    Intake.ready(ADA, READING).put(KEY, "request-8").toString()));
            logger.detachAppender(lines);
            orchestrator.namespaces().setLegalHold(ADA, true);
            orchestrator.upkeep().relayMessages();

            assertThat(heard).containsExactly("request 7");
            assertThat(lines.list)
                    .singleElement()
                    .satisfies(line -> assertThat(line.getMDCPropertyMap()).containsEntry(KEY, "request-8"));
            assertThat(MDC.get(KEY)).isNull();
            NamespaceRow row = orchestrator.namespaces().get(ADA);
            assertThat(orchestrator.namespaces().events(ADA, 1, 9))
                    .extracting(EventRow::payload)
                    .satisfiesExactly(
                            created -> assertThat(created).contains("\"correlation_id\":\"request 7\""),
                            held -> assertThat(held).doesNotContain(KEY));
            List<AuditRow> audited = engine.store.inTransaction(tx -> tx.audit().unsequenced(9));
            assertThat(audited)
                    .extracting(AuditRow::details)
                    .satisfiesExactly(
                            created -> assertThat(created).contains("\"correlation_id\":\"request 7\""),
                            held -> assertThat(held).doesNotContain(KEY));
            assertThat(bus.published()).singleElement().satisfies(message -> {
                assertThat(message.correlationId()).contains("request 7");
                assertThat(message.payload()).contains("\"correlation_id\":\"request 7\"");
                assertThat(message.key()).isEqualTo(row.nsUid().value());
                assertThat(message.time())
                        .contains(orchestrator
                                .namespaces()
                                .events(ADA, 1, 1)
                                .get(0)
                                .at());
            });
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "a\nb", "é", "\u007f"})
        @DisplayName("unless it is of a form that must not travel; the message is taken all the same")
        void unsound(String id) {
            Orchestrator orchestrator = started();
            bus.handle(ready("m-1", Optional.of(id)));
            bus.handle(new BusMessage(
                    "m-2",
                    READY,
                    "ben",
                    Intake.ready(LearnerId.of("ben"), MATH)
                            .put(KEY, "x".repeat(129))
                            .toString()));

            assertThat(orchestrator.namespaces().events(ADA, 1, 9).get(0).payload())
                    .doesNotContain(KEY);
            assertThat(orchestrator
                            .namespaces()
                            .events(LearnerId.of("ben"), 1, 9)
                            .get(0)
                            .payload())
                    .doesNotContain(KEY);
            assertThatThrownBy(() -> orchestrator.correlated(id))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("a correlation id is 1 to 128 printable ASCII characters");
        }

        @Test
        @DisplayName("as a host's scope does, which may be opened in another and closed twice")
        void scopes() {
            Orchestrator orchestrator = started();
            MDC.put(KEY, "the host's own");
            CorrelationScope outer = orchestrator.correlated("outer");
            CorrelationScope inner = orchestrator.correlated("inner");
            orchestrator.namespaces().provision(ADA, List.of(MATH));
            inner.close();
            outer.close();
            inner.close();
            outer.close();

            assertThat(MDC.get(KEY)).isEqualTo("the host's own");
            MDC.remove(KEY);
            orchestrator.namespaces().setLegalHold(ADA, true);
            assertThat(orchestrator.namespaces().events(ADA, 1, 9))
                    .extracting(EventRow::payload)
                    .satisfiesExactly(
                            created -> assertThat(created).contains("\"inner\""),
                            held -> assertThat(held).doesNotContain("inner", "outer"));
        }

        @Test
        @DisplayName("but not into what tells of a deletion, which outlives the learner in the clear")
        void deletion() {
            try (Intake intake = new Intake(InMemory.vault())) {
                Orchestrator orchestrator = intake.orchestrator();
                List<BusMessage> sent = new ArrayList<>();
                intake.bus.subscribe("NAMESPACE_DELETED", "test", sent::add);
                orchestrator.namespaces().provision(ADA, List.of(MATH));
                String uid = orchestrator.namespaces().get(ADA).nsUid().value();
                try (CorrelationScope scope = orchestrator.correlated("about-ada")) {
                    assertThat(scope).isNotNull();
                    intake.delete(ADA);
                }
                orchestrator.upkeep().relayMessages();

                assertThat(intake.audit("ns:" + uid))
                        .extracting(AuditRow::details)
                        .noneMatch(text -> text.contains("about-ada"));
                assertThat(sent).singleElement().satisfies(message -> {
                    assertThat(message.payload()).doesNotContain(KEY);
                    assertThat(message.correlationId()).isEmpty();
                });
            }
        }
    }

    @Test
    @DisplayName("wakes the release check, whatever release it names; a malformed one does not")
    void released() {
        engine.restart(engine.builder().eventBus(bus).background(Runnable::run)).start();
        engine.checkpoint(MergePolicy.DEFAULT, MATH);
        for (int i = 2; i <= 5; i++) {
            engine.foundation.put("r" + i, ModelFixture.tiny(i).files());
        }
        bus.handle(new BusMessage(
                "m-1",
                "FOUNDATION_RELEASED",
                "",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("release", "unheard-of")
                        .toString(),
                Optional.empty(),
                Optional.of("release-5")));

        assertThat(engine.orchestrator().namespaces().get(ADA).foundationRelease())
                .isEqualTo("r5");
        assertThat(engine.orchestrator().namespaces().events(ADA, 4, 9))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.payload()).contains("\"correlation_id\":\"release-5\""));
        assertThatThrownBy(() -> bus.handle(new BusMessage("m-2", "FOUNDATION_RELEASED", "", "{\"release\":5}")))
                .hasMessage("message m-2: release: must be text");
    }
}
