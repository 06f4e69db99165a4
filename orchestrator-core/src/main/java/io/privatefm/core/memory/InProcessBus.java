/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bus inside one process: {@link #publish} delivers on the calling thread and returns when every group has taken the
 * message. A handler that throws gets the message again, a few times; then publishing fails, and the producer publishes
 * again later, as with any bus that is down.
 */
public final class InProcessBus implements EventBus {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessBus.class);
    private static final int MAX_DELIVERIES = 3;

    private final Object lock = new Object();
    private final Map<String, Map<String, List<Handling>>> topics = new LinkedHashMap<>();

    @Override
    public void publish(BusMessage message) {
        List<Handling> receivers = new ArrayList<>();
        synchronized (lock) {
            topics.getOrDefault(message.topic(), Map.of()).values().forEach(group -> receivers.add(group.get(0)));
        }
        receivers.forEach(receiver -> receiver.deliver(message));
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

        synchronized void deliver(BusMessage message) {
            for (int delivery = 1; !closed; delivery++) {
                try {
                    handler.handle(message);
                    return;
                } catch (RuntimeException e) {
                    LOG.warn("delivery {} of message {} to {} failed", delivery, message.id(), group, e);
                    if (delivery == MAX_DELIVERIES) {
                        throw new UnavailableException(
                                "group " + group + " did not take message " + message.id() + ": " + e.getMessage(), e);
                    }
                }
            }
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
