/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every {@link EventBus} must do while its broker works. Extend it and return a bus:
 *
 * <pre>
 * class MyBusTest extends EventBusContract {
 *     &#64;Override
 *     protected EventBus bus() { return new MyBus(); }
 * }
 * </pre>
 *
 * Each test has topics of its own, so the broker behind the bus may be shared.
 */
@DisplayName("An event bus")
public abstract class EventBusContract {
    @SuppressWarnings("NullAway.Init")
    private EventBus bus;

    private final String topic = "TOPIC_" + UUID.randomUUID();

    /** For subclasses. */
    protected EventBusContract() {}

    /** An open bus; called before each test, closed after it. */
    protected abstract EventBus bus();

    /** How long a message may take to be delivered, and to be delivered again, before a test fails. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    @BeforeEach
    final void open() {
        bus = bus();
    }

    @AfterEach
    final void close() {
        if (bus != null) {
            bus.close();
        }
    }

    private Deliveries subscribed(String group) {
        return subscribed(group, new Deliveries());
    }

    private Deliveries subscribed(String group, Deliveries deliveries) {
        bus.subscribe(topic, group, deliveries);
        return deliveries;
    }

    private BusMessage message(int number) {
        return message(number, "learner-1");
    }

    private BusMessage message(int number, String key) {
        return new BusMessage(topic + "-" + key + "-" + number, topic, key, "{\"number\":" + number + "}");
    }

    private List<BusMessage> published(int count) {
        List<BusMessage> messages = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            messages.add(message(number, "learner-" + number % 3));
        }
        messages.forEach(bus::publish);
        return messages;
    }

    private List<BusMessage> arrived(Deliveries deliveries, int count) throws InterruptedException {
        return deliveries.await(count, patience());
    }

    private static List<BusMessage> ofKey(String key, List<BusMessage> messages) {
        return messages.stream().filter(message -> message.key().equals(key)).toList();
    }

    @Nested
    @DisplayName("delivers a message, and")
    class Delivery {
        @Test
        @DisplayName("keeps id, topic, key and payload as they were, in any script and of some length")
        void everyField() throws Exception {
            Deliveries deliveries = subscribed("group");
            BusMessage plain = message(1);
            BusMessage strange = new BusMessage(
                    "id: ö\n2", topic, "Schlüssel 鍵 🗝", "{\"text\":\"" + "Ä🗝\\n ".repeat(20_000) + "\"}");
            BusMessage empty = new BusMessage("3", topic, "", "{}");
            BusMessage complete = new BusMessage(
                    "4",
                    topic,
                    "learner-1",
                    "{\"a\": [1, 2.50, null],\n\"b\":{\"c\":\"\"}}",
                    Optional.of(Instant.parse("2026-01-02T03:04:05.678901Z")),
                    Optional.of("correlation ö \"1\""));
            bus.publish(plain);
            bus.publish(strange);
            bus.publish(empty);
            bus.publish(complete);

            assertThat(arrived(deliveries, 4)).containsExactlyInAnyOrder(plain, strange, empty, complete);
        }

        @Test
        @DisplayName("gives it to each group once")
        void eachGroup() throws Exception {
            List<Deliveries> groups = List.of(subscribed("one"), subscribed("two"), subscribed("three"));
            List<BusMessage> messages = published(20);

            for (Deliveries group : groups) {
                assertThat(arrived(group, 20)).containsExactlyInAnyOrderElementsOf(messages);
            }
        }

        @Test
        @DisplayName("gives it to one handler of a group: together they have each message once")
        void sharedByHandlers() throws Exception {
            Deliveries all = new Deliveries();
            bus.subscribe(topic, "group", all);
            bus.subscribe(topic, "group", all);
            bus.subscribe(topic, "group", all);
            List<BusMessage> messages = published(60);

            assertThat(arrived(all, 60)).containsExactlyInAnyOrderElementsOf(messages);
        }

        @Test
        @DisplayName("gives it to no handler of another topic")
        void topicsApart() throws Exception {
            Deliveries here = subscribed("group");
            Deliveries elsewhere = new Deliveries();
            bus.subscribe(topic + "_OTHER", "group", elsewhere);
            BusMessage other = new BusMessage("other", topic + "_OTHER", "learner-1", "{}");
            bus.publish(message(1));
            bus.publish(other);

            assertThat(arrived(elsewhere, 1)).containsExactly(other);
            assertThat(arrived(here, 1)).containsExactly(message(1));
        }

        @Test
        @DisplayName("takes messages from several producers at once")
        void producers() throws Exception {
            Deliveries deliveries = subscribed("group");
            List<Callable<Boolean>> producers = new ArrayList<>();
            for (String key : List.of("a", "b", "c", "d")) {
                producers.add(() -> {
                    for (int number = 0; number < 25; number++) {
                        bus.publish(message(number, key));
                    }
                    return true;
                });
            }
            Race.run(producers);

            List<BusMessage> taken = arrived(deliveries, 100);
            assertThat(taken).hasSize(100);
            for (String key : List.of("a", "b", "c", "d")) {
                assertThat(ofKey(key, taken))
                        .extracting(BusMessage::payload)
                        .startsWith("{\"number\":0}", "{\"number\":1}")
                        .endsWith("{\"number\":23}", "{\"number\":24}");
            }
        }
    }

    @Nested
    @DisplayName("delivers messages of one key in the order of their publication,")
    class Order {
        @Test
        @DisplayName("whatever comes between")
        void perKey() throws Exception {
            assertOrder(subscribed("group"));
        }

        @Test
        @DisplayName("also if several handlers share them")
        void sharedByHandlers() throws Exception {
            Deliveries deliveries = subscribed("group");
            assertOrder(subscribed("group", deliveries));
        }

        @Test
        @DisplayName("also if each has to be delivered twice: none overtakes one that was not taken")
        void withRefusals() throws Exception {
            assertOrder(subscribed("group", new Deliveries(1)));
        }

        private void assertOrder(Deliveries deliveries) throws InterruptedException {
            List<BusMessage> messages = published(30);
            List<BusMessage> taken = arrived(deliveries, 30);
            for (String key : List.of("learner-0", "learner-1", "learner-2")) {
                assertThat(ofKey(key, taken)).containsExactlyElementsOf(ofKey(key, messages));
            }
        }
    }

    @Nested
    @DisplayName("delivers a message again")
    class Redelivery {
        @Test
        @DisplayName("when the handler throws, with the same id")
        void again() throws Exception {
            Deliveries deliveries = subscribed("group", new Deliveries(2));
            bus.publish(message(1));

            assertThat(arrived(deliveries, 1)).containsExactly(message(1));
        }

        @Test
        @DisplayName("when the handler says that its trouble may pass, and none of its key overtakes it")
        void passingTrouble() throws Exception {
            AtomicInteger calls = new AtomicInteger();
            Deliveries deliveries = new Deliveries();
            bus.subscribe(topic, "group", message -> {
                if (message.equals(message(1)) && calls.incrementAndGet() <= 2) {
                    throw new UnavailableException("on purpose, so that it is delivered again");
                }
                deliveries.handle(message);
            });
            bus.publish(message(1));
            bus.publish(message(2));

            assertThat(arrived(deliveries, 2)).containsExactly(message(1), message(2));
            assertThat(deliveries.givenUp()).isEmpty();
        }

        @Test
        @DisplayName("to the group whose handler threw, and to no other")
        void otherGroups() throws Exception {
            Deliveries calm = subscribed("calm");
            Deliveries angry = subscribed("angry", new Deliveries(1));
            List<BusMessage> messages = published(5);

            assertThat(arrived(angry, 5)).containsExactlyInAnyOrderElementsOf(messages);
            assertThat(arrived(calm, 5)).containsExactlyInAnyOrderElementsOf(messages);
        }
    }

    @Nested
    @DisplayName("gives up a message that the handler refuses for good,")
    class GivingUp {
        @Test
        @DisplayName("tells the handler before, and goes on with what follows")
        void refused() throws Exception {
            Deliveries deliveries =
                    subscribed("group", new Deliveries().refuse(message(1).id()));
            for (int number = 0; number < 3; number++) {
                bus.publish(message(number));
            }

            assertThat(arrived(deliveries, 2)).containsExactly(message(0), message(2));
            assertThat(deliveries.givenUp())
                    .containsExactly(new DeadLetter(
                            topic, "group", message(1).id(), DeadLetter.Reason.REFUSED, "refused on purpose"));
        }

        @Test
        @DisplayName("not before the handler has heard of it, and goes on with its key then")
        void toldUntilHeard() throws Exception {
            Deliveries deliveries = new Deliveries().refuse(message(1).id());
            List<String> heard = Collections.synchronizedList(new ArrayList<>());
            bus.subscribe(topic, "group", new MessageHandler() {
                @Override
                public void handle(BusMessage message) {
                    deliveries.handle(message);
                    heard.add(message.id());
                }

                @Override
                public void givenUp(DeadLetter letter) {
                    heard.add("given up " + letter.messageId());
                    if (heard.size() < 3) {
                        throw new UnavailableException("on purpose, so that it is told again");
                    }
                }
            });
            publishUntilAccepted(message(1));
            publishUntilAccepted(message(2));

            assertThat(arrived(deliveries, 1)).containsExactly(message(2));
            String told = "given up " + message(1).id();
            assertThat(heard).startsWith(told, told, told).hasSizeLessThanOrEqualTo(4);
        }

        /** A bus that delivers while it publishes may fail to. */
        private void publishUntilAccepted(BusMessage message) {
            for (int attempt = 1; ; attempt++) {
                try {
                    bus.publish(message);
                    return;
                } catch (UnavailableException e) {
                    assertThat(attempt).as("attempts to publish").isLessThan(10);
                }
            }
        }

        @Test
        @DisplayName("for the group of that handler only")
        void otherGroups() throws Exception {
            Deliveries refusing =
                    subscribed("refusing", new Deliveries().refuse(message(0).id()));
            Deliveries taking = subscribed("taking");
            bus.publish(message(0));
            bus.publish(message(1));

            assertThat(arrived(taking, 2)).containsExactly(message(0), message(1));
            assertThat(arrived(refusing, 1)).containsExactly(message(1));
            assertThat(taking.givenUp()).isEmpty();
        }
    }

    @Nested
    @DisplayName("ends a subscription, and")
    class Closing {
        @Test
        @DisplayName("does not call its handler any more")
        void noDelivery() throws Exception {
            Deliveries gone = new Deliveries();
            Subscription subscription = bus.subscribe(topic, "gone", gone);
            Deliveries staying = subscribed("staying");
            bus.publish(message(1));
            arrived(gone, 1);
            subscription.close();
            subscription.close();
            bus.publish(message(2));

            arrived(staying, 2);
            assertThat(gone.taken()).containsExactly(message(1));
        }

        @Test
        @DisplayName("leaves the messages to the other handlers of the group")
        void othersGoOn() throws Exception {
            Deliveries gone = new Deliveries();
            Deliveries staying = new Deliveries();
            Subscription subscription = bus.subscribe(topic, "group", gone);
            bus.subscribe(topic, "group", staying);
            subscription.close();
            List<BusMessage> messages = published(20);

            assertThat(arrived(staying, 20)).containsExactlyInAnyOrderElementsOf(messages);
            assertThat(gone.taken()).isEmpty();
        }

        @Test
        @DisplayName("waits for a handler that is running")
        void waits() throws Exception {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch closing = new CountDownLatch(1);
            AtomicBoolean left = new AtomicBoolean();
            Subscription subscription = bus.subscribe(topic, "group", message -> {
                entered.countDown();
                awaitQuietly(closing);
                // time enough for a close() that does not wait to return
                for (int i = 0; i < 1_000_000; i++) {
                    Thread.onSpinWait();
                }
                left.set(true);
            });

            List<Boolean> seen = Race.run(List.of(
                    () -> {
                        bus.publish(message(1));
                        return true;
                    },
                    () -> {
                        awaitQuietly(entered);
                        closing.countDown();
                        subscription.close();
                        return left.get();
                    }));

            assertThat(seen).containsExactly(true, true);
        }

        private void awaitQuietly(CountDownLatch latch) {
            try {
                assertThat(latch.await(patience().toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Test
        @DisplayName("all of them when the bus is closed, which may be closed again, from several threads")
        void wholeBus() throws Exception {
            Deliveries deliveries = new Deliveries();
            Subscription subscription = bus.subscribe(topic, "group", deliveries);
            bus.publish(message(1));
            arrived(deliveries, 1);

            Race.run(Collections.nCopies(3, () -> {
                bus.close();
                return true;
            }));
            subscription.close();

            assertThat(deliveries.taken()).containsExactly(message(1));
        }
    }
}
