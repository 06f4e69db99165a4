/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static io.privatefm.bus.redis.Prefix.GROUP;
import static io.privatefm.bus.redis.Prefix.TOPIC;
import static io.privatefm.bus.redis.Prefix.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

@DisplayName("Of several buses that read for a group")
class TakeoverTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Prefix prefix = new Prefix(RedisServer.sharedUrl());

    @AfterEach
    void close() {
        prefix.close();
    }

    @Test
    @DisplayName("one reads; when it closes, the next one goes on at once")
    void closed() throws Exception {
        RedisEventBus first = prefix.opened(prefix.builder().activeTime(LONG));
        Taken ofFirst = new Taken();
        Subscription subscription = first.subscribe(TOPIC, GROUP, ofFirst);
        first.publish(message(1));
        ofFirst.next();
        RedisEventBus second = prefix.opened(prefix.builder().activeTime(LONG));
        Taken ofSecond = new Taken();
        second.subscribe(TOPIC, GROUP, ofSecond);
        awaitListeners(2);
        for (int number = 2; number < 20; number++) {
            second.publish(message(number));
        }
        ofFirst.until("key-19");
        assertThat(ofSecond.rest()).isEmpty();
        subscription.close();
        first.publish(message(20));

        assertThat(ofSecond.until("key-20"))
                .as("what was not acknowledged, and what is new")
                .hasSizeLessThanOrEqualTo(2);
        assertThat(ofFirst.rest()).isEmpty();
    }

    private void awaitListeners(int count) {
        Prefix.await(() -> prefix.call(Command.PUBLISH, prefix.key("probe"), "").number() >= count);
    }

    @Test
    @DisplayName("one that is cut off is replaced, and stops by itself; keys stay in order")
    void cutOff() throws Exception {
        try (Wire wire = new Wire(RedisAddress.parse(RedisServer.sharedUrl()).port())) {
            LinkedBlockingQueue<BusMessage> both = new LinkedBlockingQueue<>();
            RedisEventBus first =
                    prefix.opened(prefix.builder(wire.url()).activeTime(SHORT).patience(SHORT));
            first.subscribe(TOPIC, GROUP, both::add);
            RedisEventBus second = prefix.opened(prefix.builder().activeTime(SHORT));
            for (int number = 0; number < 50; number++) {
                second.publish(message(number, "key" + number % 3));
            }
            LinkedHashSet<Integer> numbers = new LinkedHashSet<>();
            numbers.add(number(take(both)));
            second.subscribe(TOPIC, GROUP, both::add);
            wire.silence();
            for (int number = 50; number < 100; number++) {
                second.publish(message(number, "key" + number % 3));
            }
            while (numbers.size() < 100) {
                numbers.add(number(take(both)));
            }
            wire.heal();
            second.publish(message(100, "key1"));
            int last;
            do {
                last = number(take(both));
            } while (last != 100);

            for (int key = 0; key < 3; key++) {
                int mine = key;
                List<Integer> ofKey =
                        numbers.stream().filter(number -> number % 3 == mine).toList();
                List<Integer> sorted = new ArrayList<>(ofKey);
                Collections.sort(sorted);
                assertThat(ofKey).as("first deliveries of one key").isEqualTo(sorted);
            }
        }
    }

    private static BusMessage take(LinkedBlockingQueue<BusMessage> queue) throws InterruptedException {
        BusMessage message = queue.poll(30, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        return message;
    }

    private static int number(BusMessage message) {
        return Integer.parseInt(message.id().substring(message.id().indexOf('-') + 1));
    }

    @Test
    @DisplayName("one whose handler hangs is replaced")
    void hanging() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Taken ofFirst = new Taken(message -> {
            entered.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        RedisEventBus first = prefix.opened(prefix.builder().activeTime(SHORT).handlerTime(Duration.ofMillis(50)));
        first.subscribe(TOPIC, GROUP, ofFirst);
        first.publish(message(1));
        first.publish(message(2));
        entered.await();
        RedisEventBus second = prefix.opened(prefix.builder().activeTime(SHORT));
        Taken ofSecond = new Taken();
        second.subscribe(TOPIC, GROUP, ofSecond);

        assertThat(ofSecond.next()).isEqualTo(message(1));
        assertThat(ofSecond.next()).isEqualTo(message(2));
        end.countDown();
        assertThat(ofFirst.next()).isEqualTo(message(1));
        Prefix.await(() -> prefix.pending() == 0);
        assertThat(ofFirst.rest()).as("what waited behind the one that hung").isEmpty();
    }

    @Test
    @DisplayName("one that waits looks at once when anybody publishes a hint, and makes nothing of what it says")
    void hint() throws Exception {
        prefix.call(Command.SET, prefix.active(), "a process that was killed");
        LinkedBlockingQueue<String> hints = new LinkedBlockingQueue<>();
        RedisEventBus bus = prefix.opened(prefix.builder().activeTime(LONG).onHint(topic -> {
            if (!topic.equals("probe")) {
                hints.add(topic);
                throw new IllegalStateException("on purpose");
            }
        }));
        Taken taken = new Taken();
        bus.subscribe(TOPIC, GROUP, taken);
        awaitListeners(1);
        bus.publish(message(1));
        String event = "{\"event\":\"TOPIC\",\"event_id\":\"hint\"}";
        prefix.call(Command.PUBLISH, prefix.stream(), event);
        assertThat(hints.poll(30, TimeUnit.SECONDS)).isEqualTo(TOPIC);
        prefix.call(Command.DEL, prefix.active());
        prefix.call(Command.PUBLISH, prefix.stream(), event);
        assertThat(hints.poll(30, TimeUnit.SECONDS)).isEqualTo(TOPIC);

        assertThat(taken.next()).isEqualTo(message(1));
        bus.publish(message(2));
        assertThat(taken.next()).isEqualTo(message(2));
    }
}
