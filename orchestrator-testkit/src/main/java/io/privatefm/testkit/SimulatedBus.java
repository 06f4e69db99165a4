/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A simulated event bus: at least once, with all that this allows. Messages are delivered when simulated time goes by, later or sooner,
 * those of one key and topic in order, those of different keys in any; some twice; some publications fail, with or without effect. What is
 * refused for good is given up. Keeps what it delivered. For use by one thread.
 */
public final class SimulatedBus implements EventBus {
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final RandomGenerator random;
    private final SimulatedTimer timer;
    private final Map<String, Topic> topics = new TreeMap<>();
    private final List<Delivery> delivered = new ArrayList<>();
    private Duration longestDelay = Duration.ZERO;
    private double faults;
    private double duplicates;
    private boolean closed;

    /**
     * A message that a handler took.
     *
     * @param group whose handler
     */
    public record Delivery(String group, BusMessage message) {}

    private static final class Topic {
        final Map<String, Group> groups = new LinkedHashMap<>();
    }

    private static final class Group {
        final List<MessageHandler> handlers = new ArrayList<>();
        final Map<String, Deque<BusMessage>> waiting = new LinkedHashMap<>();
        int next;
    }

    /** A bus that delivers everything once, as soon as time goes by. */
    public SimulatedBus(SimulatedTime time, RandomGenerator random) {
        this.random = random;
        this.timer = time.timer();
    }

    /** Each delivery takes any time up to this. */
    public SimulatedBus delays(Duration longest) {
        longestDelay = longest;
        return this;
    }

    /** The share of publications that fail: half of them after the bus has accepted the message. */
    public SimulatedBus faults(double share) {
        faults = share;
        return this;
    }

    /** The share of messages that are delivered twice. */
    public SimulatedBus duplicates(double share) {
        duplicates = share;
        return this;
    }

    /** Everything that handlers took so far, in that order, repetitions included. */
    public List<Delivery> delivered() {
        return List.copyOf(delivered);
    }

    @Override
    public void publish(BusMessage message) {
        if (closed) {
            throw new UnavailableException("the simulated bus is closed");
        }
        boolean fails = random.nextDouble() < faults;
        if (fails && random.nextBoolean()) {
            throw new UnavailableException("the simulated bus did not accept message " + message.id());
        }
        Topic topic = topic(message.topic());
        topic.groups.forEach((name, group) -> enqueue(name, group, message));
        if (fails) {
            throw new OutcomeUnknownException("the simulated bus gave no answer to message " + message.id());
        }
    }

    @Override
    public Subscription subscribe(String topic, String group, MessageHandler handler) {
        Topic subscribed = topic(topic);
        Group members = subscribed.groups.get(group);
        if (members == null) {
            members = new Group();
            subscribed.groups.put(group, members);
        }
        Group joined = members;
        joined.handlers.add(handler);
        return () -> joined.handlers.remove(handler);
    }

    /** Ends all subscriptions; what waits is not delivered any more. */
    @Override
    public void close() {
        closed = true;
        timer.shutdown();
    }

    private Topic topic(String name) {
        return topics.computeIfAbsent(name, absent -> new Topic());
    }

    private void enqueue(String name, Group group, BusMessage message) {
        Deque<BusMessage> waiting = group.waiting.computeIfAbsent(message.key(), absent -> new ArrayDeque<>());
        boolean first = waiting.isEmpty();
        waiting.add(message);
        if (random.nextDouble() < duplicates) {
            waiting.add(message);
        }
        if (first) {
            later(name, group, message.key(), delay());
        }
    }

    private Duration delay() {
        return longestDelay.isZero() ? Duration.ZERO : Duration.ofNanos(random.nextLong(longestDelay.toNanos()));
    }

    private void later(String name, Group group, String key, Duration delay) {
        timer.later(() -> deliver(name, group, key), delay);
    }

    /** Delivers the first message of a key; the others wait for it. */
    private void deliver(String name, Group group, String key) {
        Deque<BusMessage> waiting = group.waiting.get(key);
        BusMessage message = Optional.ofNullable(waiting).map(Deque::peek).orElse(null);
        if (waiting == null || message == null) {
            return;
        }
        if (!taken(name, group, message)) {
            later(name, group, key, AGAIN);
            return;
        }
        delivered.add(new Delivery(name, message));
        waiting.remove();
        if (waiting.isEmpty()) {
            group.waiting.remove(key);
        } else {
            later(name, group, key, delay());
        }
    }

    private static boolean taken(String name, Group group, BusMessage message) {
        if (group.handlers.isEmpty()) {
            return false;
        }
        MessageHandler handler = group.handlers.get(group.next++ % group.handlers.size());
        try {
            handle(handler, name, message);
            return true;
        } catch (RuntimeException | SimulatedCrash e) {
            return false; // delivered again, to the next handler
        }
    }

    private static void handle(MessageHandler handler, String group, BusMessage message) {
        try {
            handler.handle(message);
        } catch (PfmException e) {
            if (!DeadLetter.isRefusal(e)) {
                throw e;
            }
            handler.givenUp(DeadLetter.refused(message, group, e));
        }
    }
}
