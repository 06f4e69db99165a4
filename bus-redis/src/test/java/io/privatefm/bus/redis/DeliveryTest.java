/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static io.privatefm.bus.redis.Prefix.GROUP;
import static io.privatefm.bus.redis.Prefix.TOPIC;
import static io.privatefm.bus.redis.Prefix.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Protocol.Command;

@DisplayName("The Redis bus")
class DeliveryTest {
    private final Prefix prefix = new Prefix(RedisServer.sharedUrl());

    @AfterEach
    void close() {
        prefix.close();
    }

    @Test
    @DisplayName(
            "delivers again without bound what fails for trouble that passes, and then still counts its other failures from one")
    void passingTrouble() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Taken taken = new Taken(message -> {
            if (calls.incrementAndGet() <= 15) {
                throw new UnavailableException("the database is down");
            }
            if (calls.get() == 16) {
                throw new IllegalStateException("another trouble");
            }
        });
        RedisEventBus bus = prefix.opened(prefix.builder().maxDeliveries(2));
        bus.subscribe(TOPIC, GROUP, taken);
        bus.publish(message(1));

        assertThat(taken.next()).isEqualTo(message(1));
        assertThat(calls).hasValue(17);
        assertThat(taken.restGivenUp()).isEmpty();
    }

    @Test
    @DisplayName("gives up what failed too often, also by an Error, and keeps it; the handler is told first")
    void tooOften() throws Exception {
        List<Throwable> failures = List.of(
                new IllegalStateException("broken\nin two lines"),
                new StackOverflowError(),
                new AssertionError("on purpose"),
                new NoClassDefFoundError("on purpose"));
        AtomicInteger calls = new AtomicInteger();
        Taken taken = new Taken(message -> {
            if (message.id().equals("key-1")) {
                sneak(failures.get(calls.getAndIncrement()));
            }
        });
        RedisEventBus bus = prefix.opened(prefix.builder().maxDeliveries(4));
        bus.subscribe(TOPIC, GROUP, taken);
        bus.publish(message(1));
        bus.publish(message(2));

        assertThat(taken.next()).isEqualTo(message(2));
        assertThat(calls).hasValue(4);
        DeadLetter letter = new DeadLetter(
                TOPIC,
                GROUP,
                "key-1",
                DeadLetter.Reason.TOO_MANY_DELIVERIES,
                "delivery 4 failed, the last one: java.lang.NoClassDefFoundError: on purpose");
        assertThat(taken.nextGivenUp()).isEqualTo(letter);
        assertThat(bus.deadLetters().list(10)).singleElement().satisfies(kept -> {
            assertThat(kept.letter()).isEqualTo(letter);
            assertThat(kept.deliveries()).isEqualTo(4);
        });
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    @DisplayName("goes on with other keys while one is stuck")
    void stuckKey() throws Exception {
        CountDownLatch mended = new CountDownLatch(1);
        Taken taken = new Taken(message -> {
            if (message.key().equals("stuck") && mended.getCount() > 0) {
                throw new UnavailableException("stuck");
            }
        });
        RedisEventBus bus = prefix.opened(prefix.builder().threads(1));
        bus.subscribe(TOPIC, GROUP, taken);
        bus.publish(message(1, "stuck"));
        bus.publish(message(2, "stuck"));
        for (int number = 0; number < 200; number++) {
            bus.publish(message(number, "free"));
        }

        assertThat(taken.until("free-199")).hasSize(200);
        mended.countDown();
        assertThat(taken.next()).isEqualTo(message(1, "stuck"));
        assertThat(taken.next()).isEqualTo(message(2, "stuck"));
    }

    @Test
    @DisplayName("reads no more than it may have under way, and then the rest")
    void window() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        Taken taken = new Taken(message -> awaitQuietly(open));
        RedisEventBus bus = prefix.opened(prefix.builder().window(3));
        for (int number = 0; number < 10; number++) {
            bus.publish(message(number));
        }
        bus.subscribe(TOPIC, GROUP, taken);
        Prefix.await(() ->
                prefix.call(Command.EXISTS, prefix.active()).number() == 1 && groups() == 1 && prefix.pending() == 3);
        open.countDown();

        assertThat(taken.until("key-9")).hasSize(10);
    }

    private int groups() {
        return prefix.call(Command.XINFO, "GROUPS", prefix.stream()).list().size();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("tells that a message is given up until the handler has heard it, before the next one of its key")
    void toldUntilHeard() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        RedisEventBus bus = prefix.opened();
        bus.subscribe(TOPIC, GROUP, new MessageHandler() {
            private int told;

            @Override
            public void handle(BusMessage message) {
                if (message.id().equals("key-1")) {
                    throw new UnknownFormatException("version 9");
                }
                heard.add(message.id());
            }

            @Override
            public void givenUp(DeadLetter letter) {
                heard.add(letter.messageId() + " " + letter.reason());
                if (++told < 3) {
                    throw new IllegalStateException("not now");
                }
            }
        });
        bus.publish(message(1));
        bus.publish(message(2));

        for (String expected :
                List.of("key-1 UNKNOWN_VERSION", "key-1 UNKNOWN_VERSION", "key-1 UNKNOWN_VERSION", "key-2")) {
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(expected);
        }
        assertThat(bus.deadLetters().list(10)).hasSize(1);
    }

    @Test
    @DisplayName("parks what it cannot read and what is of an unknown version, and goes on")
    void unreadable() throws Exception {
        Taken taken = new Taken();
        String first = prefix.add("event", "{\"specversion\":\"2.0\",\"source\":\"s\",\"id\":\"7\"}");
        String second = prefix.add("a", new byte[] {-1, 0, 1}, "a", "b");
        prefix.add("data", "{\"event\":\"TOPIC\",\"event_id\":\"bare\",\"learner_id\":\"l\"}");
        RedisEventBus bus = prefix.opened();
        bus.subscribe(TOPIC, GROUP, taken);

        assertThat(taken.next().id()).isEqualTo("bare");
        assertThat(taken.nextGivenUp())
                .isEqualTo(new DeadLetter(
                        TOPIC, GROUP, "s 7", DeadLetter.Reason.UNKNOWN_VERSION, "it is no CloudEvent of version 1.0"));
        DeadLetter unreadable = taken.nextGivenUp();
        assertThat(unreadable.reason()).isEqualTo(DeadLetter.Reason.UNREADABLE);
        assertThat(unreadable.messageId()).isEqualTo(prefix.stream() + "/" + second);
        Prefix.await(() -> prefix.pending() == 0);
        assertThat(bus.deadLetters().list(10)).hasSize(2);
        assertThat(first).isLessThan(second);

        // what was sent comes back byte for byte
        bus.deadLetters().redeliver(bus.deadLetters().list(10).get(1).id());
        assertThat(taken.nextGivenUp().reason()).isEqualTo(DeadLetter.Reason.UNREADABLE);
        List<Reply> entries = prefix.call(Command.XREVRANGE, prefix.stream(), "+", "-", "COUNT", 1)
                .list();
        assertThat(entries.get(0).list().get(1).list().get(1).bytes()).containsExactly(-1, 0, 1);
    }

    @Test
    @DisplayName("keeps dead letters until they are sent again or discarded")
    void deadLetters() throws Exception {
        AtomicReference<Boolean> refuse = new AtomicReference<>(true);
        Taken taken = new Taken(message -> {
            if (refuse.get()) {
                throw new UnknownFormatException("version 9");
            }
        });
        RedisEventBus bus = prefix.opened();
        bus.subscribe(TOPIC, GROUP, taken);
        for (int number = 1; number <= 3; number++) {
            bus.publish(message(number));
            taken.nextGivenUp();
        }
        DeadLetters letters = bus.deadLetters();
        Prefix.await(() -> letters.list(10).size() == 3);
        List<KeptLetter> kept = letters.list(2);
        assertThat(kept).extracting(letter -> letter.letter().messageId()).containsExactly("key-1", "key-2");
        assertThat(letters.list(kept.get(1).id(), 10)).hasSize(1);
        assertThat(kept.get(0).text().orElseThrow()).contains("\"data\":{\"number\":1}");

        refuse.set(false);
        letters.redeliver(kept.get(0).id());
        assertThat(taken.next()).isEqualTo(message(1));
        letters.discard(kept.get(1).id());

        assertThat(letters.list(10)).hasSize(1);
        for (KeptLetter gone : kept) {
            assertThatThrownBy(() -> letters.redeliver(gone.id()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("there is no dead letter " + gone.id());
            assertThatThrownBy(() -> letters.discard(gone.id())).isInstanceOf(InvalidInputException.class);
        }
        assertThatThrownBy(() -> letters.discard("- +")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> letters.list(0)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("takes over what another consumer was given, in order and before what is new")
    void takesOver() throws Exception {
        RedisEventBus bus = prefix.opened();
        prefix.call(Command.XGROUP, "CREATE", prefix.stream(), GROUP, "0", "MKSTREAM");
        for (int number = 0; number < 250; number++) {
            bus.publish(message(number));
        }
        readAs("ghost", 200);
        Taken taken = new Taken();
        bus.subscribe(TOPIC, GROUP, taken);

        assertThat(taken.until("key-249"))
                .extracting(BusMessage::id)
                .containsExactlyElementsOf(IntStream.range(0, 250)
                        .mapToObj(number -> "key-" + number)
                        .toList());
        Prefix.await(() -> prefix.pending() == 0);
    }

    private void readAs(String consumer, int count) {
        prefix.call(Command.XREADGROUP, "GROUP", GROUP, consumer, "COUNT", count, "STREAMS", prefix.stream(), ">");
    }

    @Test
    @DisplayName("does not deliver what others were given too often without a word: it may have killed them")
    void poison() throws Exception {
        RedisEventBus bus = prefix.opened(prefix.builder().maxDeliveries(3));
        prefix.call(Command.XGROUP, "CREATE", prefix.stream(), GROUP, "0", "MKSTREAM");
        bus.publish(message(1));
        bus.publish(message(2));
        readAs("ghost", 1);
        String id = prefix.call(Command.XPENDING, prefix.stream(), GROUP)
                .list()
                .get(1)
                .text();
        prefix.call(Command.XCLAIM, prefix.stream(), GROUP, "ghost", 0, id, "RETRYCOUNT", 4, "JUSTID");
        Taken taken = new Taken();
        bus.subscribe(TOPIC, GROUP, taken);

        assertThat(taken.next()).isEqualTo(message(2));
        DeadLetter letter = taken.nextGivenUp();
        assertThat(letter.messageId()).isEqualTo("key-1");
        assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.TOO_MANY_DELIVERIES);
    }

    @Test
    @DisplayName("writes a delivery down before it begins")
    void countedBefore() throws Exception {
        LinkedBlockingQueue<Long> counts = new LinkedBlockingQueue<>();
        RedisEventBus bus = prefix.opened();
        bus.subscribe(TOPIC, GROUP, message -> {
            counts.add(prefix.call(Command.XPENDING, prefix.stream(), GROUP, "-", "+", 1)
                    .list()
                    .get(0)
                    .list()
                    .get(3)
                    .number());
            if (counts.size() < 3) {
                throw new IllegalStateException("again");
            }
        });
        bus.publish(message(1));
        Prefix.await(() -> counts.size() == 3);

        assertThat(counts).containsExactly(1L, 2L, 3L);
    }

    @Test
    @DisplayName("tells of what was removed before it was acknowledged")
    void removedUnderPending() throws Exception {
        RedisEventBus bus = prefix.opened();
        prefix.call(Command.XGROUP, "CREATE", prefix.stream(), GROUP, "0", "MKSTREAM");
        bus.publish(message(1));
        bus.publish(message(2));
        readAs("ghost", 1);
        String id = prefix.call(Command.XPENDING, prefix.stream(), GROUP)
                .list()
                .get(1)
                .text();
        prefix.call(Command.XTRIM, prefix.stream(), "MAXLEN", 1);
        Taken taken = new Taken();
        bus.subscribe(TOPIC, GROUP, taken);

        assertThat(taken.next()).isEqualTo(message(2));
        assertThat(taken.nextGivenUp())
                .isEqualTo(new DeadLetter(
                        TOPIC,
                        GROUP,
                        prefix.stream() + "/" + id,
                        DeadLetter.Reason.LOST,
                        "it was removed from the stream before it was acknowledged"));
        Prefix.await(() -> prefix.pending() == 0 && bus.deadLetters().list(1).size() == 1);
        KeptLetter kept = bus.deadLetters().list(1).get(0);
        assertThat(kept.text()).isEqualTo(Optional.empty());
        assertThatThrownBy(() -> bus.deadLetters().redeliver(kept.id()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("was lost");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("tells once of what was removed before it was delivered, where the server knows")
    void removedUnread(boolean all) throws Exception {
        assumeThat(prefix.version()).as("the server's version").isGreaterThanOrEqualTo(7);
        RedisEventBus bus = prefix.opened();
        Taken taken = new Taken();
        Subscription first = bus.subscribe(TOPIC, GROUP, taken);
        bus.publish(message(1));
        taken.next();
        Prefix.await(() -> prefix.pending() == 0);
        first.close();
        for (int number = 2; number <= 5; number++) {
            bus.publish(message(number));
        }
        prefix.call(Command.XTRIM, prefix.stream(), "MAXLEN", all ? 0 : 1);
        Subscription second = bus.subscribe(TOPIC, GROUP, taken);
        DeadLetter letter = taken.nextGivenUp();
        assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.LOST);
        assertThat(letter.detail())
                .startsWith((all ? 4 : 3) + " entries after ")
                .endsWith(" were removed from the stream before they were delivered");
        if (!all) {
            assertThat(taken.next()).isEqualTo(message(5));
        }
        Prefix.await(() -> bus.deadLetters().list(10).size() == 1 && prefix.pending() == 0);
        second.close();
        bus.publish(message(6));
        Subscription third = bus.subscribe(TOPIC, GROUP, taken);
        assertThat(taken.next()).isEqualTo(message(6));
        third.close();
        bus.subscribe(TOPIC, GROUP, taken);
        bus.publish(message(7));
        assertThat(taken.until("key-7")).hasSizeLessThanOrEqualTo(2);
        Taken ofNew = new Taken();
        bus.subscribe(TOPIC, "new-group", ofNew);
        ofNew.until("key-7");

        assertThat(taken.restGivenUp()).isEmpty();
        assertThat(ofNew.restGivenUp()).isEmpty();
    }

    @Test
    @DisplayName("tells of an entry that was deleted before it was delivered, where the server knows")
    void deletedUnread() throws Exception {
        assumeThat(prefix.version()).as("the server's version").isGreaterThanOrEqualTo(7);
        RedisEventBus bus = prefix.opened();
        prefix.call(Command.XGROUP, "CREATE", prefix.stream(), GROUP, "0", "MKSTREAM");
        for (int number = 1; number <= 3; number++) {
            bus.publish(message(number));
        }
        String id = prefix.call(Command.XRANGE, prefix.stream(), "-", "+")
                .list()
                .get(1)
                .list()
                .get(0)
                .text();
        prefix.call(Command.XDEL, prefix.stream(), id);
        Taken taken = new Taken();
        bus.subscribe(TOPIC, GROUP, taken);

        assertThat(taken.next()).isEqualTo(message(1));
        assertThat(taken.next()).isEqualTo(message(3));
        assertThat(taken.nextGivenUp().detail()).contains("up to " + id);
    }

    @Test
    @DisplayName("forgets consumers that are gone and left nothing, not those that left something")
    void consumers() throws Exception {
        prefix.call(Command.XGROUP, "CREATE", prefix.stream(), GROUP, "0", "MKSTREAM");
        prefix.call(Command.XGROUP, "CREATECONSUMER", prefix.stream(), GROUP, "gone");
        prefix.add("event", "{}");
        readAs("busy", 1);
        Prefix.await(() -> prefix.call(Command.XINFO, "CONSUMERS", prefix.stream(), GROUP).list().stream()
                .allMatch(consumer -> consumer.named("idle").number() > 1));
        try (Connections connections = new Connections(
                RedisAddress.parse(RedisServer.sharedUrl()),
                SSLContext.getDefault(),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5))) {
            new GroupStream(connections, new Names(prefix.key("").replaceAll("\\.$", "")), TOPIC, GROUP, "me")
                    .forgetConsumers(Duration.ofMillis(1));
        }

        assertThat(prefix.call(Command.XINFO, "CONSUMERS", prefix.stream(), GROUP)
                        .list())
                .extracting(consumer -> consumer.named("name").text())
                .containsExactly("busy");
    }

    @Test
    @DisplayName("lets a handler end its own subscription, and the whole bus")
    void closedWithin() throws Exception {
        RedisEventBus bus = prefix.opened();
        AtomicReference<Subscription> own = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        Taken taken = new Taken(message -> {
            awaitQuietly(known);
            own.get().close();
            bus.close();
        });
        own.set(bus.subscribe(TOPIC, GROUP, taken));
        bus.publish(message(1));
        known.countDown();

        assertThat(taken.next()).isEqualTo(message(1));
        bus.close();
        assertThatThrownBy(() -> bus.publish(message(2)))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the event bus is closed");
        assertThatThrownBy(() -> bus.subscribe(TOPIC, GROUP, taken)).isInstanceOf(UnavailableException.class);
    }

    @Test
    @DisplayName("leaves a subscription that follows another the rest, at once")
    void oneAfterTheOther() throws Exception {
        RedisEventBus bus = prefix.opened(prefix.builder().activeTime(Duration.ofMinutes(10)));
        for (int number = 0; number < 20; number++) {
            Taken taken = new Taken();
            Subscription subscription = bus.subscribe(TOPIC, GROUP, taken);
            bus.publish(message(number));
            // the one before may have been taken and not acknowledged when its subscription ended
            assertThat(taken.until(message(number).id())).hasSizeLessThanOrEqualTo(2);
            subscription.close();
        }
    }

    @Test
    @DisplayName("lets handlers of a group share its messages by key")
    void shared() throws Exception {
        RedisEventBus bus = prefix.opened();
        ConcurrentHashMap<String, Set<Integer>> takers = new ConcurrentHashMap<>();
        Taken all = new Taken();
        for (int number = 0; number < 3; number++) {
            int me = number;
            bus.subscribe(TOPIC, GROUP, message -> {
                takers.computeIfAbsent(message.key(), key -> ConcurrentHashMap.newKeySet())
                        .add(me);
                all.handle(message);
            });
        }
        List<BusMessage> messages = new ArrayList<>();
        for (int number = 0; number < 60; number++) {
            messages.add(message(number, "key" + number % 10));
        }
        messages.forEach(bus::publish);
        for (int number = 0; number < 60; number++) {
            all.next();
        }

        assertThat(takers.values()).allSatisfy(one -> assertThat(one).hasSize(1));
        assertThat(takers.values().stream().flatMap(Set::stream).distinct()).hasSizeGreaterThan(1);
    }

    @Test
    @DisplayName("refuses names that would not be apart from others on the server")
    void names() {
        RedisEventBus bus = prefix.opened();
        for (String name : List.of("", "a.b", "dead-letters", "a*", "ä", "a b")) {
            assertThatThrownBy(() -> bus.publish(new BusMessage("1", name, "", "{}")))
                    .isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> bus.subscribe(TOPIC, name, message -> {}))
                    .isInstanceOf(InvalidInputException.class);
        }
        assertThatThrownBy(() -> prefix.builder().prefix("a*")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> prefix.builder().maxDeliveries(0)).hasMessage("maxDeliveries: not possible: 0");
    }
}
