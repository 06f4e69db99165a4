/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The in-process bus")
class InProcessBusTest {
    private static final BusMessage MESSAGE = new BusMessage("m-1", "TOPIC", "k", "{}");

    private final InProcessBus bus = new InProcessBus();

    @Test
    @DisplayName("delivers a message to one handler of each group of its topic, on the publishing thread")
    void delivers() {
        List<String> taken = new ArrayList<>();
        Thread here = Thread.currentThread();
        bus.subscribe("TOPIC", "a", message -> {
            assertThat(Thread.currentThread()).isSameAs(here);
            taken.add("a1 " + message.id());
        });
        bus.subscribe("TOPIC", "a", message -> taken.add("a2 " + message.id()));
        bus.subscribe("TOPIC", "b", message -> taken.add("b " + message.id()));
        bus.subscribe("OTHER", "c", message -> taken.add("c " + message.id()));

        bus.publish(MESSAGE);

        assertThat(taken).hasSize(2).contains("b m-1");
        assertThat(taken.get(0)).startsWith("a");
    }

    @Test
    @DisplayName("takes a message that nobody wants")
    void nobody() {
        bus.publish(MESSAGE);
    }

    @Test
    @DisplayName("delivers the same message again when a handler throws, until it takes it")
    void redelivers() {
        List<BusMessage> deliveries = new ArrayList<>();
        bus.subscribe("TOPIC", "a", message -> {
            deliveries.add(message);
            if (deliveries.size() < 3) {
                throw new IllegalStateException("not yet");
            }
        });

        bus.publish(MESSAGE);

        assertThat(deliveries).containsExactly(MESSAGE, MESSAGE, MESSAGE);
    }

    @Test
    @DisplayName("does not accept a message that a group refuses at every delivery; publishing again delivers again")
    void refused() {
        AtomicInteger deliveries = new AtomicInteger();
        AtomicBoolean broken = new AtomicBoolean(true);
        IllegalStateException failure = new IllegalStateException("broken");
        bus.subscribe("TOPIC", "a", message -> {
            deliveries.incrementAndGet();
            if (broken.get()) {
                throw failure;
            }
        });

        assertThatThrownBy(() -> bus.publish(MESSAGE))
                .isInstanceOfSatisfying(UnavailableException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                    assertThat(e.retryable()).isTrue();
                })
                .hasMessage("group a did not take message m-1: broken")
                .hasCause(failure);
        assertThat(deliveries).hasValue(3);

        broken.set(false);
        bus.publish(MESSAGE);
        assertThat(deliveries).hasValue(4);
    }

    @Test
    @DisplayName("delivers nothing more to a subscription that was closed, and to the group's next handler instead")
    void unsubscribe() {
        List<String> taken = new ArrayList<>();
        Subscription first = bus.subscribe("TOPIC", "a", message -> taken.add("first"));
        bus.publish(MESSAGE);
        first.close();
        first.close();
        bus.publish(MESSAGE);
        bus.subscribe("TOPIC", "a", message -> taken.add("second"));
        bus.publish(MESSAGE);

        assertThat(taken).containsExactly("first", "second");
    }

    @Test
    @DisplayName("hands a message on to the group's next handler when the first one leaves without having taken it")
    void leavesDuringDelivery() {
        List<String> taken = new ArrayList<>();
        AtomicReference<Subscription> first = new AtomicReference<>();
        first.set(bus.subscribe("TOPIC", "a", message -> {
            first.get().close();
            throw new IllegalStateException("shutting down");
        }));
        bus.subscribe("TOPIC", "a", message -> taken.add("second"));

        bus.publish(MESSAGE);

        assertThat(taken).as("at least once to each group").containsExactly("second");
    }

    @Test
    @DisplayName("waits with closing a subscription until its handler has returned")
    void closingWaits() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        AtomicBoolean returned = new AtomicBoolean();
        Subscription subscription = bus.subscribe("TOPIC", "a", message -> {
            running.countDown();
            await(finish);
            returned.set(true);
        });
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<?> publisher = pool.submit(() -> bus.publish(MESSAGE));
            running.await();
            Future<Boolean> closer = pool.submit(() -> {
                subscription.close();
                return returned.get();
            });
            finish.countDown();

            assertThat(closer.get()).as("the handler had returned").isTrue();
            publisher.get();
        } finally {
            pool.shutdown();
        }
    }

    @Test
    @DisplayName("delivers nothing after it was closed")
    void close() {
        List<String> taken = new ArrayList<>();
        Subscription subscription = bus.subscribe("TOPIC", "a", message -> taken.add("taken"));
        bus.close();
        bus.close();

        bus.publish(MESSAGE);
        subscription.close();

        assertThat(taken).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
