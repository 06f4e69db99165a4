/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Builds a {@link RedisEventBus}. Each setting has a default. */
public final class RedisEventBusBuilder {
    /** What the names of all streams begin with. */
    public static final String DEFAULT_PREFIX = "aivo.events";
    /** The CloudEvents source of what is published. */
    public static final String DEFAULT_SOURCE = "/private-fm";
    /** After so many failed deliveries a message is given up. */
    public static final int DEFAULT_MAX_DELIVERIES = 10;
    /** So many handlers run at once. */
    public static final int DEFAULT_THREADS = 8;
    /** How long after a reader's end another takes over. */
    public static final Duration DEFAULT_ACTIVE_TIME = Duration.ofSeconds(10);
    /** How long a handler may run before another process takes over. */
    public static final Duration DEFAULT_HANDLER_TIME = Duration.ofMinutes(5);
    /** How long messages are kept. */
    public static final Duration DEFAULT_RETENTION = Duration.ofDays(7);
    /** How many messages a stream may have before that is told. */
    public static final long DEFAULT_ALARM_LENGTH = 1_000_000;

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.:-]{1,200}");
    private static final int WINDOW = 1000;

    private final RedisAddress address;
    private @Nullable SSLContext trust;
    private String prefix = DEFAULT_PREFIX;
    private String source = DEFAULT_SOURCE;
    private int maxDeliveries = DEFAULT_MAX_DELIVERIES;
    private int threads = DEFAULT_THREADS;
    private int window = WINDOW;
    private Duration activeTime = DEFAULT_ACTIVE_TIME;
    private Duration handlerTime = DEFAULT_HANDLER_TIME;
    private Duration retention = DEFAULT_RETENTION;
    private long alarmLength = DEFAULT_ALARM_LENGTH;
    private Pauses deliveryPauses = Pauses.DELIVERY;
    private Pauses serverPauses = Pauses.SERVER;
    private Consumer<String> onHint = topic -> {};

    RedisEventBusBuilder(RedisAddress address) {
        this.address = address;
    }

    /** What the names of streams begin with: letters, digits and {@code _ . : -}; a dot follows. */
    public RedisEventBusBuilder prefix(String prefix) {
        require(PREFIX.matcher(prefix).matches(), "prefix", prefix);
        this.prefix = prefix;
        return this;
    }

    /** The CloudEvents source of what is published. Messages of another source have it in front of their ids. */
    public RedisEventBusBuilder source(String source) {
        require(!source.isBlank(), "source", source);
        this.source = source;
        return this;
    }

    /** How often a message is delivered that a handler fails at, other than for trouble that will pass. */
    public RedisEventBusBuilder maxDeliveries(int maxDeliveries) {
        require(maxDeliveries >= 1, "maxDeliveries", maxDeliveries);
        this.maxDeliveries = maxDeliveries;
        return this;
    }

    /** How many handlers may run at once, of all subscriptions. */
    public RedisEventBusBuilder threads(int threads) {
        require(threads >= 1 && threads <= 1000, "threads", threads);
        this.threads = threads;
        return this;
    }

    /** How long after its last sign of life the process that reads for a group loses its place to another. */
    public RedisEventBusBuilder activeTime(Duration activeTime) {
        require(activeTime.toMillis() >= 100, "activeTime", activeTime);
        this.activeTime = activeTime;
        return this;
    }

    /** How long a handler may be at one message before its process gives no more signs of life. */
    public RedisEventBusBuilder handlerTime(Duration handlerTime) {
        require(handlerTime.toMillis() >= 1, "handlerTime", handlerTime);
        this.handlerTime = handlerTime;
        return this;
    }

    /** How long messages are kept that all groups have acknowledged, or that no group asks for. */
    public RedisEventBusBuilder retention(Duration retention) {
        require(!retention.isNegative(), "retention", retention);
        this.retention = retention;
        return this;
    }

    /** At so many entries in a stream, and twice as many and so on, an error is logged. Nothing unread is removed. */
    public RedisEventBusBuilder alarmLength(long alarmLength) {
        require(alarmLength >= 1, "alarmLength", alarmLength);
        this.alarmLength = alarmLength;
        return this;
    }

    /** Whom a TLS connection trusts, and as whom it presents itself; the JVM's settings if this is not set. */
    public RedisEventBusBuilder sslContext(SSLContext context) {
        trust = context;
        return this;
    }

    /**
     * Called with a topic when a message is published, by Redis's PUBLISH, on the channel of that topic's name. Anybody may do that, and it may
     * not arrive: a reason to look, no more. The message is not read. Must return soon.
     */
    public RedisEventBusBuilder onHint(Consumer<String> onHint) {
        this.onHint = onHint;
        return this;
    }

    /** For tests: shorter pauses before messages are delivered again and before the server is asked again. */
    RedisEventBusBuilder pauses(Pauses delivery, Pauses server) {
        deliveryPauses = delivery;
        serverPauses = server;
        return this;
    }

    /** For tests: fewer deliveries under way. */
    RedisEventBusBuilder window(int window) {
        this.window = window;
        return this;
    }

    /** Opens the bus, which connects in time: whether the server is there shows when something is published. */
    public RedisEventBus open() {
        BusSettings settings = new BusSettings(
                prefix,
                source,
                maxDeliveries,
                threads,
                window,
                activeTime,
                handlerTime,
                retention,
                alarmLength,
                deliveryPauses,
                serverPauses,
                onHint);
        return new RedisEventBus(address, trust == null ? standard() : trust, settings).start();
    }

    private static SSLContext standard() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void require(boolean fine, String name, Object value) {
        if (!fine) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, null, name, "not possible: " + value);
        }
    }
}
