/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ManualTime;
import io.privatefm.core.SteppedStore;
import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.core.json.StrictJson;
import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.core.model.TestSeed;
import io.privatefm.core.seal.RowSeal;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OutboxRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The outbox relay")
class OutboxRelayTest {
    private static final Duration CLAIM = Duration.ofSeconds(30);
    private static final NsUid ONE = new NsUid("1".repeat(32));
    private static final NsUid TWO = new NsUid("2".repeat(32));

    private final ManualTime time = new ManualTime();
    private final InMemoryStore memory = new InMemoryStore(time);
    private final SteppedStore store = new SteppedStore(memory);
    private final Bus bus = new Bus();
    private final OutboxRelay relay = new OutboxRelay(store, bus, new RowSeal(null, new Random(3)), CLAIM);

    /** Fixture: a bus that keeps what it takes. */
    private static final class Bus implements EventBus {
        final List<BusMessage> taken = new ArrayList<>();
        Consumer<BusMessage> before = message -> {};

        @Override
        public void publish(BusMessage message) {
            before.accept(message);
            taken.add(message);
        }

        @Override
        public Subscription subscribe(String topic, String group, MessageHandler handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // nothing is held
        }

        List<String> ids() {
            return taken.stream().map(BusMessage::id).toList();
        }
    }

    @Test
    @DisplayName("has nothing to do without messages")
    void nothing() {
        assertThat(relay.run()).isZero();
        assertThat(bus.taken).isEmpty();
    }

    @Test
    @DisplayName("publishes every message once, those of a namespace in order, whatever order they came in between")
    void order() {
        Random random = new Random(TestSeed.of(getClass()));
        long[] heads = new long[150];
        for (int i = 0; i < 600; i++) {
            int namespace = random.nextInt(heads.length);
            enqueue(namespace(namespace), ++heads[namespace]);
        }

        assertThat(relay.run()).isEqualTo(600);
        assertThat(bus.ids()).hasSize(600).doesNotHaveDuplicates();
        for (int namespace = 0; namespace < heads.length; namespace++) {
            NsUid uid = namespace(namespace);
            List<String> own =
                    bus.ids().stream().filter(id -> id.startsWith(uid.value())).toList();
            List<String> expected = new ArrayList<>();
            for (long seq = 1; seq <= heads[namespace]; seq++) {
                expected.add(uid + "-" + seq);
            }
            assertThat(own).isEqualTo(expected);
        }
        assertThat(depth()).isZero();
        assertThat(relay.run()).isZero();
    }

    @Test
    @DisplayName("has one message of a namespace in flight: the next is claimed by nobody before that is gone")
    void oneInFlight() {
        enqueue(ONE, 1);
        enqueue(ONE, 2);
        Bus others = new Bus();
        OutboxRelay other = new OutboxRelay(memory, others, new RowSeal(null, new Random(3)), CLAIM);
        bus.before = message -> assertThat(other.run()).isZero();

        assertThat(relay.run()).isEqualTo(2);
        assertThat(bus.ids()).containsExactly(ONE + "-1", ONE + "-2");
        assertThat(others.taken).isEmpty();
    }

    @Test
    @DisplayName("lets a refused message hold up its own namespace only, and publishes it after a delay")
    void refused() {
        assertHoldsUpItsOwn(new UnavailableException("the bus is down"));
    }

    @Test
    @DisplayName("treats a message that may have been taken as one to be published again")
    void unknown() {
        assertHoldsUpItsOwn(new OutcomeUnknownException("no answer"));
    }

    @Test
    @DisplayName("treats a bus that breaks over one message as one that refuses it")
    void breaks() {
        assertHoldsUpItsOwn(new IllegalStateException("a plug-in's mistake"));
    }

    private void assertHoldsUpItsOwn(RuntimeException failure) {
        for (int seq = 1; seq <= 3; seq++) {
            enqueue(ONE, seq);
            enqueue(TWO, seq);
        }
        bus.before = message -> {
            if (message.id().equals(ONE + "-2")) {
                throw failure;
            }
        };
        assertThat(relay.run()).isEqualTo(4);
        assertThat(bus.ids()).containsExactlyInAnyOrder(ONE + "-1", TWO + "-1", TWO + "-2", TWO + "-3");

        time.advance(Duration.ofMillis(4_999));
        assertThat(relay.run()).isZero();
        time.advance(Duration.ofMillis(2));
        assertThat(relay.run()).as("refused again").isZero();
        bus.before = message -> {};
        assertThat(relay.run()).as("the delay begins anew").isZero();
        enqueue(TWO, 4);
        assertThat(relay.run()).isEqualTo(1);
        time.advance(Duration.ofSeconds(6));
        assertThat(relay.run()).isEqualTo(2);
        assertThat(bus.ids()).endsWith(TWO + "-4", ONE + "-2", ONE + "-3");
        assertThat(depth()).isZero();
    }

    @Test
    @DisplayName("leaves a bus alone that refuses several messages in a row; what was not tried goes next time")
    void down() {
        List<NsUid> namespaces = IntStream.rangeClosed(1, 9)
                .mapToObj(number -> new NsUid(String.valueOf(number).repeat(32)))
                .toList();
        namespaces.forEach(namespace -> enqueue(namespace, 1));
        List<String> tried = new ArrayList<>();
        bus.before = message -> {
            tried.add(message.id());
            throw new UnavailableException("the bus is down");
        };
        assertThat(relay.run()).isZero();
        assertThat(tried).hasSize(3);

        List<String> refused = List.copyOf(tried);
        bus.before = message -> {};
        assertThat(relay.run()).isEqualTo(6);
        assertThat(bus.ids()).doesNotContainAnyElementsOf(refused);
        time.advance(Duration.ofSeconds(6));
        assertThat(relay.run()).isEqualTo(3);
        assertThat(depth()).isZero();
    }

    @Test
    @DisplayName("delivers again, with the same id, what was published when it ended before removing it")
    void crash() {
        enqueue(ONE, 1);
        enqueue(ONE, 2);
        store.fates(number -> number == 2 ? Fate.DOWN : Fate.USUAL);
        assertThatThrownBy(relay::run).isInstanceOf(UnavailableException.class);
        assertThat(bus.ids()).containsExactly(ONE + "-1");
        assertThat(depth()).isEqualTo(2);

        OutboxRelay next = new OutboxRelay(memory, bus, new RowSeal(null, new Random(3)), CLAIM);
        assertThat(next.run()).as("still claimed").isZero();
        time.advance(Duration.ofSeconds(31));
        assertThat(next.run()).isEqualTo(2);
        assertThat(bus.ids()).containsExactly(ONE + "-1", ONE + "-1", ONE + "-2");
        assertThat(bus.taken.get(0)).isEqualTo(bus.taken.get(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"LOST_BUT_DONE", "LOST_AND_UNDONE"})
    @DisplayName("delivers once where only the answer to the removal is lost")
    void lostAnswer(Fate fate) {
        enqueue(ONE, 1);
        enqueue(ONE, 2);
        store.fates(number -> number == 2 ? fate : Fate.USUAL);

        assertThat(relay.run()).isEqualTo(2);
        assertThat(bus.ids()).containsExactly(ONE + "-1", ONE + "-2");
        assertThat(depth()).isZero();
    }

    @Test
    @DisplayName("sends what consumers need to tell messages apart and to see gaps")
    void fields() {
        try (EngineFixture engine = new EngineFixture()) {
            engine.restart(engine.builder().eventBus(bus));
            NamespaceRow namespace = engine.provision(MATH);
            engine.register(MATH, 1);
            CheckpointRow row = engine.merge();
            assertThat(engine.orchestrator().upkeep().relayMessages()).isEqualTo(2);

            String uid = namespace.nsUid().value();
            assertThat(bus.taken).extracting(BusMessage::topic).containsExactly("NAMESPACE_CREATED", "MERGE_COMPLETED");
            assertThat(bus.taken).extracting(BusMessage::key).containsOnly(uid);
            for (int i = 0; i < 2; i++) {
                BusMessage message = bus.taken.get(i);
                ObjectNode json = json(message);
                assertThat(message.id()).isEqualTo(uid + "-" + (i + 1));
                assertThat(json.path("event").textValue()).isEqualTo(message.topic());
                assertThat(json.path("event_id").textValue()).isEqualTo(message.id());
                assertThat(json.path("ns_uid").textValue()).isEqualTo(uid);
                assertThat(json.path("learner_id").textValue()).isEqualTo(ADA.value());
                assertThat(json.path("seq").longValue()).isEqualTo(i + 1);
            }
            assertThat(json(bus.taken.get(0)).path("at").textValue())
                    .isEqualTo(engine.orchestrator()
                            .namespaces()
                            .events(ADA, 1, 1)
                            .get(0)
                            .at()
                            .toString());
            ObjectNode merged = json(bus.taken.get(1));
            assertThat(merged.path("checkpoint_version").longValue()).isEqualTo(1);
            assertThat(merged.path("checkpoint_hash").textValue())
                    .isEqualTo(row.checkpointHash().hex());
            assertThat(merged.at("/variants/math/content_hash").textValue())
                    .isEqualTo(row.variants().get(0).contentHash().hex());
            assertThat(engine.orchestrator().namespaces().get(ADA).outboxHead()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("has nothing to send where no bus is configured")
    void withoutBus() {
        try (EngineFixture engine = new EngineFixture()) {
            engine.provision(MATH);
            engine.register(MATH, 1);
            engine.merge();
            assertThat(engine.orchestrator().upkeep().relayMessages()).isZero();
            assertThat((long) engine.store.inTransaction(tx -> tx.outbox().depth()))
                    .isZero();
        }
    }

    private static ObjectNode json(BusMessage message) {
        return StrictJson.object(
                message.payload().getBytes(StandardCharsets.UTF_8), "message", ErrorCode.INVALID_ARGUMENT);
    }

    private static NsUid namespace(int number) {
        return new NsUid("%032x".formatted(number));
    }

    private void enqueue(NsUid namespace, long seq) {
        memory.inTransaction(tx -> {
            tx.outbox().enqueue(new OutboxRow(namespace, seq, namespace + "-" + seq, "TOPIC", "{}", tx.now()));
            return true;
        });
    }

    private long depth() {
        return memory.inTransaction(tx -> tx.outbox().depth());
    }
}
