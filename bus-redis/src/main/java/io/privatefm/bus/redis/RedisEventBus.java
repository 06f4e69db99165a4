/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

/**
 * An event bus on <a href="https://redis.io/docs/latest/develop/data-types/streams/">Redis Streams</a>, of Redis 6.2 or later.
 *
 * <p>A topic is a stream {@code prefix.TOPIC}, a group a consumer group that begins with the first entry; messages travel as CloudEvents.
 * Of all processes that subscribe for a group one reads at a time, so that messages of a key stay in order; another takes over when
 * it closes its subscriptions, ends, loses its connection, or hangs in a handler. Messages that were delivered and not acknowledged are then
 * delivered again. What is given up is kept among the {@link #deadLetters() dead letters}.
 *
 * <p>The server may be down when the bus is opened, and at any time later: publishing fails then, and subscriptions go on when it is
 * back. What the server lost, by a restart without persistence or a failover, it cannot deliver.
 */
public final class RedisEventBus implements EventBus {
    private static final Logger LOG = LoggerFactory.getLogger(RedisEventBus.class);
    private static final Duration PING = Duration.ofSeconds(10);
    private static final Duration TRIM = Duration.ofMinutes(1);

    private final BusSettings settings;
    private final Names names;
    private final Envelope envelope;
    private final Connections connections;
    private final Connections hintConnections;
    private final Hints hints;
    private final Trimming trimming;
    private final ScheduledThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer;
    private final String name = "pfm-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
    private final AtomicInteger consumersMade = new AtomicInteger();
    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    private final Map<String, Reader> readers = new HashMap<>();
    private final Ending ended = new Ending();
    private boolean closed;

    RedisEventBus(RedisAddress address, SSLContext trust, BusSettings settings) {
        this.settings = settings;
        names = new Names(settings.prefix());
        envelope = new Envelope(settings.source());
        connections = new Connections(address, trust, settings.patience(), GroupStream.WAIT.plus(settings.patience()));
        hintConnections = new Connections(address, trust, settings.patience(), PING.plus(PING));
        hints = new Hints(hintConnections, names, settings.serverPauses(), this::hint);
        trimming = new Trimming(connections, names, settings.retention(), settings.alarmLength());
        workers = pool("redis-bus-worker", settings.threads());
        timer = pool("redis-bus-timer", 2);
        LOG.info("event bus at {}, prefix {}", address, settings.prefix());
    }

    private static ScheduledThreadPoolExecutor pool(String name, int threads) {
        AtomicInteger count = new AtomicInteger();
        ThreadFactory daemons = work -> {
            Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(threads, daemons);
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return pool;
    }

    /**
     * Begins to build a bus.
     *
     * @param url {@code redis://user:password@host:port/database}, or {@code rediss://…} for TLS; user and password percent-encoded. All
     *     but the host may be left out
     * @throws io.privatefm.spi.InvalidInputException if the URL is none
     */
    public static RedisEventBusBuilder builder(String url) {
        return new RedisEventBusBuilder(RedisAddress.parse(url));
    }

    RedisEventBus start() {
        hints.start();
        long renewal = settings.activeTime().toNanos() / 3;
        every(renewal, this::renew);
        every(PING.toNanos(), hints::ping);
        every(TRIM.toNanos(), this::trim);
        return this;
    }

    private void every(long nanos, Runnable work) {
        Runnable guarded = () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                // the next time may go better
                LOG.error("upkeep of the event bus failed", e);
            }
        };
        var unused = timer.scheduleWithFixedDelay(guarded, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void publish(BusMessage message) {
        Names.check("topic", message.topic());
        byte[] value = envelope.write(message);
        topics.add(message.topic());
        connections.write(Request.of(Command.XADD, names.stream(message.topic()), "*", Envelope.FIELD, value));
    }

    @Override
    public Subscription subscribe(String topic, String group, MessageHandler handler) {
        Names.check("topic", topic);
        Names.check("group", group);
        topics.add(topic);
        synchronized (readers) {
            if (closed) {
                throw new UnavailableException("the event bus is closed");
            }
            String key = topic + " " + group;
            Reader reader = readers.get(key);
            Subscription subscription = reader == null ? null : reader.subscribers.add(handler);
            if (subscription == null) {
                Reader first = new Reader(key, topic, group);
                readers.put(key, first);
                subscription = Objects.requireNonNull(first.subscribers.add(handler));
                first.consumer.start();
            }
            return subscription;
        }
    }

    /** What was given up. */
    public DeadLetters deadLetters() {
        return new DeadLetters(connections, names);
    }

    /** Removes what is old and acknowledged; done each minute anyway. */
    void trim() {
        trimming.trim(List.copyOf(topics));
    }

    private void renew() {
        boolean answers = true;
        for (Reader reader : readers()) {
            try {
                // without an answer in time the others lose their places too: no use in asking for each
                if (answers) {
                    reader.consumer.renew();
                }
            } catch (UnavailableException e) {
                answers = false;
            }
        }
    }

    private void hint(String topic) {
        for (Reader reader : readers()) {
            if (reader.topic.equals(topic)) {
                reader.consumer.wake();
            }
        }
        settings.onHint().accept(topic);
    }

    private List<Reader> readers() {
        synchronized (readers) {
            return List.copyOf(readers.values());
        }
    }

    /** Ends all subscriptions, and returns when their handlers have. */
    @Override
    public void close() {
        boolean first;
        List<Reader> open;
        synchronized (readers) {
            first = !closed;
            closed = true;
            open = new ArrayList<>(readers.values());
        }
        if (first) {
            hints.stop();
            open.forEach(reader -> reader.subscribers.seal());
            open.forEach(reader -> reader.consumer.stop());
            open.forEach(reader -> reader.consumer.awaitEnd());
            open.forEach(reader -> reader.subscribers.end());
            workers.shutdown();
            timer.shutdown();
            hintConnections.close();
            connections.close();
            ended.reached();
        } else if (open.stream().noneMatch(reader -> reader.consumer.isWithin())) {
            ended.await();
        }
    }

    /** The subscriptions of a group to a topic, and what reads for them. */
    private final class Reader {
        private final String topic;
        private final Subscribers subscribers;
        private final GroupConsumer consumer;

        Reader(String key, String topic, String group) {
            this.topic = topic;
            subscribers = new Subscribers(() -> leave(key));
            String consumerName = name + "-" + consumersMade.incrementAndGet();
            consumer = new GroupConsumer(
                    connections,
                    new GroupStream(connections, names, topic, group, consumerName),
                    new Place(
                            connections,
                            names.active(topic, group),
                            names.stream(topic),
                            consumerName,
                            settings.activeTime()),
                    settings,
                    workers,
                    subscribers);
        }

        private void leave(String key) {
            consumer.stop();
            consumer.awaitEnd();
            synchronized (readers) {
                readers.remove(key, this);
            }
            // another subscription of the group may wait for the place
            readers().stream().filter(other -> other.topic.equals(topic)).forEach(other -> other.consumer.wake());
        }
    }
}
