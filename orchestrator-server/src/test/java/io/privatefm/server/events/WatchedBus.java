/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Fixture: a bus, and what became of each message that it delivered. */
final class WatchedBus implements EventBus {
    private static final long PATIENCE_SECONDS = 60;

    private final EventBus bus;
    private final Set<String> topics = new TreeSet<>();
    private final BlockingQueue<BusMessage> taken = new LinkedBlockingQueue<>();
    private final BlockingQueue<DeadLetter> givenUp = new LinkedBlockingQueue<>();

    WatchedBus(EventBus bus) {
        this.bus = bus;
    }

    /** The topics that somebody subscribed. */
    Set<String> topics() {
        return topics;
    }

    /** Waits until so many more messages were taken. */
    List<BusMessage> awaitTaken(int count) throws InterruptedException {
        return await(taken, count);
    }

    /** Waits until so many more messages were given up. */
    List<DeadLetter> awaitGivenUp(int count) throws InterruptedException {
        return await(givenUp, count);
    }

    private <T> List<T> await(BlockingQueue<T> queue, int count) throws InterruptedException {
        List<T> found = new ArrayList<>();
        while (found.size() < count) {
            T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(next)
                    .as("%s more than %s; taken %s, given up %s", count - found.size(), found, taken, givenUp)
                    .isNotNull();
            found.add(next);
        }
        return found;
    }

    /** Nothing was taken or given up that was not awaited. */
    void assertQuiet() {
        assertThat(taken).isEmpty();
        assertThat(givenUp).isEmpty();
    }

    @Override
    public void publish(BusMessage message) {
        bus.publish(message);
    }

    @Override
    public Subscription subscribe(String topic, String group, MessageHandler handler) {
        topics.add(topic);
        return bus.subscribe(topic, group, new MessageHandler() {
            @Override
            public void handle(BusMessage message) {
                handler.handle(message);
                taken.add(message);
            }

            @Override
            public void givenUp(DeadLetter letter) {
                handler.givenUp(letter);
                givenUp.add(letter);
            }
        });
    }

    @Override
    public void close() {
        bus.close();
    }
}
