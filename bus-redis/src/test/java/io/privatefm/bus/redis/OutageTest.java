/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static io.privatefm.bus.redis.Prefix.GROUP;
import static io.privatefm.bus.redis.Prefix.TOPIC;
import static io.privatefm.bus.redis.Prefix.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

@DisplayName("The Redis bus, when its server")
class OutageTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @Test
    @DisplayName("is killed, delivers what was accepted, in order, once the server is back with its files")
    void killedWithFiles() throws Exception {
        try (RedisServer server = RedisServer.builder().appendOnly().start();
                Prefix prefix = new Prefix(server.url())) {
            RedisEventBus bus = prefix.opened();
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            List<String> published = new ArrayList<>();
            for (int number = 0; number < 150; number++) {
                if (number % 50 == 25) {
                    server.restart();
                }
                Prefix.publish(bus, message(number));
                published.add(message(number).id());
            }

            Set<String> order = new LinkedHashSet<>();
            while (order.size() < 150) {
                order.add(taken.next().id());
            }
            assertThat(order).as("the first delivery of each").containsExactlyElementsOf(published);
        }
    }

    @Test
    @DisplayName("is killed and forgets everything, goes on with what is published afterwards")
    void killedWithoutFiles() throws Exception {
        try (RedisServer server = RedisServer.start();
                Prefix prefix = new Prefix(server.url())) {
            RedisEventBus bus = prefix.opened();
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            bus.publish(message(1));
            taken.until("key-1");
            server.kill();
            assertThatThrownBy(() -> bus.publish(message(2)))
                    .isInstanceOfAny(UnavailableException.class, OutcomeUnknownException.class);
            assertThatThrownBy(() -> bus.publish(message(2)))
                    .as("nothing was sent this time")
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageStartingWith(
                            "the event bus at redis://127.0.0.1:" + server.port() + "/0 does not answer: ");
            server.restart();
            Prefix.publish(bus, message(3));

            taken.until("key-3");
        }
    }

    @Test
    @DisplayName("is not there yet, opens, subscribes and closes all the same, and works once it is there")
    void notThereYet() throws Exception {
        try (RedisServer server = RedisServer.start();
                Prefix prefix = new Prefix(server.url())) {
            server.kill();
            RedisEventBus bus = prefix.opened();
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            RedisEventBus other = prefix.opened();
            other.subscribe(TOPIC, GROUP, taken);
            other.close();
            server.restart();
            Prefix.publish(bus, message(1));

            taken.until("key-1");
        }
    }

    @Test
    @DisplayName("is flushed while messages come and go, loses nothing that is published afterwards")
    void flushed() throws Exception {
        try (RedisServer server = RedisServer.start();
                Prefix prefix = new Prefix(server.url())) {
            RedisEventBus bus = prefix.opened();
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            for (int round = 0; round < 3; round++) {
                for (int number = 0; number < 20; number++) {
                    bus.publish(message(number, "before" + round));
                }
                prefix.call(Command.FLUSHALL);
                for (int number = 0; number < 20; number++) {
                    bus.publish(message(number, "after" + round));
                }
                String last = "after" + round + "-19";
                String key = "after" + round;
                assertThat(taken.until(last))
                        .filteredOn(message -> message.key().equals(key))
                        .extracting(BusMessage::id)
                        .startsWith(key + "-0", key + "-1")
                        .endsWith(key + "-18", key + "-19");
            }
        }
    }

    @Test
    @DisplayName("is cut off, says that nothing was sent, and goes on when the wire is mended")
    void cutOff() throws Exception {
        try (Prefix prefix = new Prefix(RedisServer.sharedUrl());
                Wire wire = new Wire(RedisAddress.parse(RedisServer.sharedUrl()).port())) {
            RedisEventBus bus = prefix.opened(prefix.builder(wire.url()).patience(SHORT));
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            Prefix.publish(bus, message(1));
            taken.until("key-1");
            wire.cut();
            assertThatThrownBy(() -> bus.publish(message(2)))
                    .isInstanceOfAny(UnavailableException.class, OutcomeUnknownException.class);
            assertThatThrownBy(() -> bus.publish(message(2))).isInstanceOf(UnavailableException.class);
            // somebody else publishes meanwhile
            prefix.opened().publish(message(3));
            wire.heal();

            taken.until("key-3");
            Prefix.publish(bus, message(4));
            taken.until("key-4");
        }
    }

    @Test
    @DisplayName(
            "falls silent, does not wait for it for ever, says what may have been sent, and goes on when it answers")
    void silent() throws Exception {
        try (Prefix prefix = new Prefix(RedisServer.sharedUrl());
                Wire wire = new Wire(RedisAddress.parse(RedisServer.sharedUrl()).port())) {
            RedisEventBus bus = prefix.opened(prefix.builder(wire.url()).patience(SHORT));
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            Prefix.publish(bus, message(1));
            taken.until("key-1");
            wire.silence();
            assertThatThrownBy(() -> bus.publish(message(2))).isInstanceOf(OutcomeUnknownException.class);
            wire.heal();
            prefix.opened().publish(message(3));

            taken.until("key-3");
        }
    }

    @Test
    @DisplayName("takes a message and cannot say so, tells that it may have been taken; it is delivered")
    void deaf() throws Exception {
        try (Prefix prefix = new Prefix(RedisServer.sharedUrl());
                Wire wire = new Wire(RedisAddress.parse(RedisServer.sharedUrl()).port())) {
            RedisEventBus reading = prefix.opened();
            Taken taken = new Taken();
            reading.subscribe(TOPIC, GROUP, taken);
            RedisEventBus bus = prefix.opened(prefix.builder(wire.url()).patience(SHORT));
            Prefix.publish(bus, message(1));
            wire.deafen();
            assertThatThrownBy(() -> bus.publish(message(2)))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("broke off before it answered");

            taken.until("key-2");
        }
    }

    @Test
    @DisplayName("falls silent, closes all the same")
    void closedInSilence() throws Exception {
        try (Prefix prefix = new Prefix(RedisServer.sharedUrl());
                Wire wire = new Wire(RedisAddress.parse(RedisServer.sharedUrl()).port())) {
            RedisEventBus bus = prefix.opened(prefix.builder(wire.url()).patience(SHORT));
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            Prefix.publish(bus, message(1));
            taken.until("key-1");
            wire.silence();
            bus.close();

            assertThat(taken.rest())
                    .filteredOn(message -> !message.id().equals("key-1"))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("refuses a write, tells why; it is no outcome unknown")
    void refused() throws Exception {
        try (RedisServer server =
                        RedisServer.builder().setting("maxmemory", "1").start();
                Prefix prefix = new Prefix(server.url())) {
            RedisEventBus bus = prefix.opened();
            assertThatThrownBy(() -> bus.publish(message(1)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(" refuses: OOM ");
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            prefix.call(Command.CONFIG, "SET", "maxmemory", 0);
            Prefix.publish(bus, message(2));

            assertThat(taken.next()).isEqualTo(message(2));
        }
    }

    @Test
    @DisplayName("loses an acknowledgement, delivers the message again")
    void acknowledgementLost() throws Exception {
        try (Prefix prefix = new Prefix(RedisServer.sharedUrl());
                Wire wire = new Wire(RedisAddress.parse(RedisServer.sharedUrl()).port())) {
            CountDownLatch handling = new CountDownLatch(1);
            CountDownLatch silent = new CountDownLatch(1);
            RedisEventBus bus = prefix.opened(prefix.builder(wire.url()).patience(SHORT));
            Taken taken = new Taken(message -> {
                handling.countDown();
                try {
                    silent.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            bus.subscribe(TOPIC, GROUP, taken);
            Prefix.publish(bus, message(1));
            handling.await();
            wire.silence();
            silent.countDown();
            taken.next();
            wire.awaitHeld();
            wire.heal();

            assertThat(taken.next()).isEqualTo(message(1));
        }
    }
}
