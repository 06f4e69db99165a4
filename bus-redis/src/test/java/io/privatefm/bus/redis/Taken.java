/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.MessageHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Fixture: a handler that keeps what it takes and what is given up, for a test that waits for it. */
final class Taken implements MessageHandler {
    private static final long PATIENCE_SECONDS = 30;

    private final BlockingQueue<BusMessage> taken = new LinkedBlockingQueue<>();
    private final BlockingQueue<DeadLetter> givenUp = new LinkedBlockingQueue<>();
    private final Consumer<BusMessage> before;

    Taken() {
        this(message -> {});
    }

    /** @param before what to do with a message before it is taken; may throw */
    Taken(Consumer<BusMessage> before) {
        this.before = before;
    }

    @Override
    public void handle(BusMessage message) {
        before.accept(message);
        taken.add(message);
    }

    @Override
    public void givenUp(DeadLetter letter) {
        givenUp.add(letter);
    }

    /** Waits for the next message. */
    BusMessage next() throws InterruptedException {
        BusMessage message = taken.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("a message within %s s", PATIENCE_SECONDS).isNotNull();
        return message;
    }

    /** Waits for a message of an id; gives what came before, that included. */
    List<BusMessage> until(String id) throws InterruptedException {
        List<BusMessage> messages = new ArrayList<>();
        do {
            messages.add(next());
        } while (!messages.get(messages.size() - 1).id().equals(id));
        return messages;
    }

    /** Waits for the next dead letter. */
    DeadLetter nextGivenUp() throws InterruptedException {
        DeadLetter letter = givenUp.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(letter).as("a dead letter within %s s", PATIENCE_SECONDS).isNotNull();
        return letter;
    }

    /** What was taken and nobody waited for. */
    List<BusMessage> rest() {
        return List.copyOf(taken);
    }

    List<DeadLetter> restGivenUp() {
        return List.copyOf(givenUp);
    }
}
