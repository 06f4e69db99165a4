/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import redis.clients.jedis.Protocol.Command;

/** Fixture: names of a test's own on a server, buses that use them, and a way to the server around every bus. */
final class Prefix implements AutoCloseable {
    static final String TOPIC = "TOPIC";
    static final String GROUP = "group";

    /** Short, so that a test need not wait. */
    static final Pauses PAUSES = new Pauses(Duration.ofMillis(5), Duration.ofMillis(50));

    private final String url;
    private final String prefix = "test-" + UUID.randomUUID();
    private final Connections connections;
    private final List<RedisEventBus> buses = new ArrayList<>();

    Prefix(String url) {
        this.url = url;
        try {
            connections = new Connections(
                    RedisAddress.parse(url), SSLContext.getDefault(), Duration.ofSeconds(10), Duration.ofSeconds(10));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    RedisEventBusBuilder builder() {
        return builder(url);
    }

    RedisEventBusBuilder builder(String otherUrl) {
        return RedisEventBus.builder(otherUrl).prefix(prefix).pauses(PAUSES, PAUSES);
    }

    /** A bus that is closed at the test's end. */
    RedisEventBus opened(RedisEventBusBuilder builder) {
        RedisEventBus bus = builder.open();
        buses.add(bus);
        return bus;
    }

    RedisEventBus opened() {
        return opened(builder());
    }

    String stream() {
        return prefix + "." + TOPIC;
    }

    String active() {
        return stream() + "." + GROUP + ".active";
    }

    String key(String name) {
        return prefix + "." + name;
    }

    /** Asks the server. */
    Reply call(Command command, Object... arguments) {
        return connections.call(Request.of(command, arguments));
    }

    /** Adds an entry as a foreign producer does; gives its id. */
    String add(Object... fields) {
        return connections
                .call(Request.of(Command.XADD, stream(), "*").with(fields))
                .text();
    }

    /** How many entries the group was given and has not acknowledged. */
    long pending() {
        return call(Command.XPENDING, stream(), GROUP).list().get(0).number();
    }

    /** The major version of the server. */
    int version() {
        return call(Command.INFO, "server")
                .text()
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> Integer.parseInt(line.substring(14, line.indexOf('.'))))
                .findFirst()
                .orElseThrow();
    }

    static BusMessage message(int number) {
        return message(number, "key");
    }

    static BusMessage message(int number, String key) {
        return new BusMessage(key + "-" + number, TOPIC, key, "{\"number\":" + number + "}");
    }

    /** Publishes as an outbox does: again and again until the bus has accepted it. */
    static void publish(EventBus bus, BusMessage message) {
        await(() -> {
            try {
                bus.publish(message);
                return true;
            } catch (UnavailableException | OutcomeUnknownException e) {
                return false;
            }
        });
    }

    /** Looks again and again until something is so that nobody tells about. */
    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("it is so within 30 s").isNegative();
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        buses.forEach(RedisEventBus::close);
        connections.close();
    }
}
