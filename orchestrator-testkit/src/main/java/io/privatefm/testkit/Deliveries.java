/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.MessageHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A handler that keeps what it takes, and may refuse each message a few times before. */
final class Deliveries implements MessageHandler {
    private final int refusals;
    private final Set<String> refusedForGood = new HashSet<>();
    private final List<DeadLetter> givenUp = new ArrayList<>();
    private final Map<String, Integer> refused = new HashMap<>();
    private final List<BusMessage> taken = new ArrayList<>();

    /** Takes each message at its first delivery. */
    Deliveries() {
        this(0);
    }

    /** Throws at the first deliveries of each message, so many times. */
    Deliveries(int refusals) {
        this.refusals = refusals;
    }

    /** Throws what says that the message is refused for good. */
    synchronized Deliveries refuse(String messageId) {
        refusedForGood.add(messageId);
        return this;
    }

    @Override
    public synchronized void givenUp(DeadLetter letter) {
        givenUp.add(letter);
        notifyAll();
    }

    /** What was given up so far. */
    synchronized List<DeadLetter> givenUp() {
        return List.copyOf(givenUp);
    }

    @Override
    public synchronized void handle(BusMessage message) {
        if (refusedForGood.contains(message.id())) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "refused on purpose");
        }
        if (refused.merge(message.id(), 1, Integer::sum) <= refusals) {
            throw new IllegalStateException("on purpose, so that it is delivered again");
        }
        taken.add(message);
        notifyAll();
    }

    /** What was taken so far, in that order. */
    synchronized List<BusMessage> taken() {
        return List.copyOf(taken);
    }

    /** Waits for messages of so many different ids, and gives what was taken until then. */
    synchronized List<BusMessage> await(int ids, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (ids().size() < ids) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            assertThat(left)
                    .as("only %s of %s messages came within %s", ids().size(), ids, patience)
                    .isPositive();
            wait(left);
        }
        return List.copyOf(taken);
    }

    private Set<String> ids() {
        Set<String> ids = new HashSet<>();
        taken.forEach(message -> ids.add(message.id()));
        return ids;
    }
}
