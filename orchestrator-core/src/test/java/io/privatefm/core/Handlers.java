/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Fixture: a bus that delivers when a test says so, and lets it see what a handler throws. */
final class Handlers implements EventBus {
    private final Map<String, MessageHandler> handlers = new TreeMap<>();
    private final List<BusMessage> published = new ArrayList<>();

    /** Delivers a message once. */
    void handle(BusMessage message) {
        of(message.topic()).handle(message);
    }

    /** The handler of a topic. */
    MessageHandler of(String topic) {
        return Objects.requireNonNull(handlers.get(topic), topic);
    }

    /** Topics that are listened to. */
    List<String> topics() {
        return List.copyOf(handlers.keySet());
    }

    /** What was published so far. */
    List<BusMessage> published() {
        return List.copyOf(published);
    }

    @Override
    public void publish(BusMessage message) {
        published.add(message);
    }

    @Override
    public Subscription subscribe(String topic, String group, MessageHandler handler) {
        handlers.put(topic, handler);
        return () -> handlers.remove(topic);
    }

    @Override
    public void close() {
        handlers.clear();
    }
}
