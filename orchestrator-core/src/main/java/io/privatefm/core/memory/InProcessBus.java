/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bus inside one process: {@link #publish} delivers on the calling thread and returns when every group has taken the
 * message. A handler that throws gets the message again, a few times; then publishing fails, and the producer publishes
 * again later, as with any bus that is down. A message that a handler refuses for good is given up: it is kept nowhere.
 */
public final class InProcessBus implements EventBus {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessBus.class);
    private static final int MAX_DELIVERIES = 3;

    private final Object lock = new Object();
    private final Map<String, Map<String, List<Handling>>> topics = new LinkedHashMap<>();

    @Override
    public void publish(BusMessage message) {
        List<String> groups;
        synchronized (lock) {
            groups = List.copyOf(topics.getOrDefault(message.topic(), Map.of()).keySet());
        }
        for (String group : groups) {
            // a handler that leaves without having taken the message leaves it to the next one of its group
            for (Handling handling = first(message.topic(), group);
                    handling != null && !handling.deliver(message);
                    handling = first(message.topic(), group)) {
                LOG.debug("message {} goes to another handler of {}", message.id(), group);
            }
        }
    }

    private @Nullable Handling first(String topic, String group) {
        synchronized (lock) {
            List<Handling> handlings = topics.getOrDefault(topic, Map.of()).getOrDefault(group, List.of());
            return handlings.isEmpty() ? null : handlings.get(0);
        }
    }

    @Override
    public Subscription subscribe(String topic, String group, MessageHandler handler) {
        Handling handling = new Handling(topic, group, handler);
        synchronized (lock) {
            topics.computeIfAbsent(topic, absent -> new LinkedHashMap<>())
                    .computeIfAbsent(group, absent -> new ArrayList<>())
                    .add(handling);
        }
        return handling;
    }

    @Override
    public void close() {
        synchronized (lock) {
            topics.clear();
        }
    }

    private final class Handling implements Subscription {
        private final String topic;
        private final String group;
        private final MessageHandler handler;
        private boolean closed;

        Handling(String topic, String group, MessageHandler handler) {
            this.topic = topic;
            this.group = group;
            this.handler = handler;
        }

        /** Delivers a message; false if the subscription was closed before it was taken. */
        synchronized boolean deliver(BusMessage message) {
            for (int delivery = 1; !closed; delivery++) {
                try {
                    handler.handle(message);
                    return true;
                } catch (RuntimeException e) {
                    if (e instanceof PfmException refusal && DeadLetter.isRefusal(e)) {
                        LOG.error("group {} refuses message {}; it is given up", group, message.id(), e);
                        handler.givenUp(DeadLetter.refused(message, group, refusal));
                        return true;
                    }
                    LOG.warn("delivery {} of message {} to {} failed", delivery, message.id(), group, e);
                    if (delivery == MAX_DELIVERIES && !closed) {
                        throw new UnavailableException(
                                "group " + group + " did not take message " + message.id() + ": " + e.getMessage(), e);
                    }
                }
            }
            return false;
        }

        @Override
        public void close() {
            synchronized (lock) {
                Map<String, List<Handling>> groups = topics.getOrDefault(topic, Map.of());
                List<Handling> handlings = groups.getOrDefault(group, List.of());
                if (handlings.contains(this)) {
                    handlings.remove(this);
                    if (handlings.isEmpty()) {
                        groups.remove(group);
                    }
                }
            }
            synchronized (this) {
                closed = true;
            }
        }
    }
}
