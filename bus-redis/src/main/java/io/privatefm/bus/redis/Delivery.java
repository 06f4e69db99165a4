/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One entry on its way to a handler: tried until it is taken or given up. */
final class Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private final GroupStream stream;
    private final Subscribers subscribers;
    private final BusSettings settings;
    private final StreamEntry entry;
    private final @Nullable BusMessage message;
    private final Runnable settled;
    private @Nullable DeadLetter letter;
    private long deliveries;
    private boolean counted;
    private int failures;

    private Delivery(
            Builder builder,
            StreamEntry entry,
            @Nullable BusMessage message,
            @Nullable DeadLetter letter,
            long deliveries,
            Runnable settled) {
        stream = builder.stream;
        subscribers = builder.subscribers;
        settings = builder.settings;
        this.entry = entry;
        this.message = message;
        this.letter = letter;
        this.deliveries = deliveries;
        this.settled = settled;
    }

    /** Makes deliveries of the entries of one group. */
    static final class Builder {
        private final GroupStream stream;
        private final Subscribers subscribers;
        private final BusSettings settings;
        private final Envelope envelope;

        Builder(GroupStream stream, Subscribers subscribers, BusSettings settings) {
            this.stream = stream;
            this.subscribers = subscribers;
            this.settings = settings;
            envelope = new Envelope(settings.source());
        }

        /** Of an entry that was just read: that is its first delivery. */
        Delivery first(StreamEntry entry) {
            Delivery delivery = of(entry, 0);
            delivery.deliveries = 1;
            delivery.counted = true;
            return delivery;
        }

        /** Of an entry that was delivered before and not acknowledged. */
        Delivery again(StreamEntry entry, long deliveries) {
            return of(entry, deliveries);
        }

        private Delivery of(StreamEntry entry, long deliveries) {
            Reading reading = envelope.read(stream.topic(), entry);
            if (reading instanceof Reading.Read read) {
                DeadLetter letter = deliveries > settings.maxDeliveries()
                        ? letter(
                                read.message().id(),
                                DeadLetter.Reason.TOO_MANY_DELIVERIES,
                                "it was delivered " + deliveries + " times, and never acknowledged")
                        : null;
                return new Delivery(this, entry, read.message(), letter, deliveries, () -> {});
            }
            Reading.Unread unread = (Reading.Unread) reading;
            String id = unread.id() == null ? stream.place(entry.id()) : unread.id();
            return new Delivery(this, entry, null, letter(id, unread.reason(), unread.detail()), deliveries, () -> {});
        }

        /** Of an entry that was delivered before, and has been removed since. */
        Delivery lost(GroupStream.Pending pending) {
            return lost(
                    pending.id(),
                    stream.place(pending.id()),
                    "it was removed from the stream before it was acknowledged",
                    pending.deliveries(),
                    () -> {});
        }

        /** Of entries that were removed before they were delivered. */
        Delivery lost(Gap gap) {
            // no entry has that id: there is nothing to acknowledge
            return lost(Ids.FIRST, gap.name(), gap.detail(), 0, gap::close);
        }

        private Delivery lost(String entryId, String name, String detail, long deliveries, Runnable settled) {
            DeadLetter letter = letter(name, DeadLetter.Reason.LOST, detail);
            return new Delivery(this, new StreamEntry(entryId, List.of()), null, letter, deliveries, settled);
        }

        private DeadLetter letter(String messageId, DeadLetter.Reason reason, String detail) {
            return new DeadLetter(stream.topic(), stream.group(), messageId, reason, detail);
        }
    }

    /** The lane that it belongs to. */
    String key() {
        return message == null ? "" : message.key();
    }

    /**
     * Tries once. Gives how long to wait before the next try, or nothing if there will be none.
     *
     * @throws UnavailableException if the server could not be told
     */
    Optional<Duration> attempt() {
        if (letter == null) {
            Verdict verdict = handle();
            if (verdict == Verdict.TAKEN) {
                stream.acknowledge(entry.id());
                return Optional.empty();
            }
            if (verdict == Verdict.AGAIN) {
                return Optional.of(settings.deliveryPauses().after(++failures));
            }
            failures = 0;
        }
        return giveUp();
    }

    private enum Verdict {
        TAKEN,
        AGAIN,
        GIVEN_UP
    }

    private Verdict handle() {
        BusMessage given = Objects.requireNonNull(message);
        if (!counted) {
            // before the call: it may end with the process
            stream.count(entry.id(), ++deliveries);
        }
        counted = false;
        Throwable failure = call(given);
        if (failure == null) {
            return Verdict.TAKEN;
        }
        if (failure instanceof PfmException refusal) {
            if (!refusal.retryable()) {
                letter = DeadLetter.refused(given, stream.group(), refusal);
                return Verdict.GIVEN_UP;
            }
            // not the message's fault: this delivery does not count
            stream.count(entry.id(), --deliveries);
        } else if (deliveries >= settings.maxDeliveries()) {
            letter = new DeadLetter(
                    given.topic(),
                    stream.group(),
                    given.id(),
                    DeadLetter.Reason.TOO_MANY_DELIVERIES,
                    "delivery " + deliveries + " failed, the last one: "
                            + failure.toString().lines().findFirst().orElse(""));
            return Verdict.GIVEN_UP;
        }
        return Verdict.AGAIN;
    }

    private @Nullable Throwable call(BusMessage given) {
        try {
            if (!subscribers.call(given.key(), handler -> handler.handle(given))) {
                throw new NobodyLeft();
            }
            return null;
        } catch (NobodyLeft e) {
            throw e;
        } catch (Exception e) {
            LOG.warn(
                    "{} failed at message {} of {}, delivery {}",
                    stream.group(),
                    given.id(),
                    stream.topic(),
                    deliveries,
                    e);
            return e;
        } catch (Error e) {
            LOG.error(
                    "{} failed at message {} of {}, delivery {}",
                    stream.group(),
                    given.id(),
                    stream.topic(),
                    deliveries,
                    e);
            return e;
        }
    }

    private Optional<Duration> giveUp() {
        DeadLetter given = Objects.requireNonNull(letter);
        try {
            if (!subscribers.call(key(), handler -> handler.givenUp(given))) {
                throw new NobodyLeft();
            }
        } catch (NobodyLeft e) {
            throw e;
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "{} could not be told that message {} of {} is given up",
                    stream.group(),
                    given.messageId(),
                    stream.topic(),
                    e);
            return Optional.of(settings.deliveryPauses().after(++failures));
        }
        stream.giveUp(entry, given, deliveries);
        settled.run();
        LOG.error(
                "message {} of {} is given up for {}: {}, {}",
                given.messageId(),
                given.topic(),
                given.group(),
                given.reason(),
                given.detail());
        return Optional.empty();
    }

    /** All handlers of the group have gone; the turn ends with this. */
    private static final class NobodyLeft extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NobodyLeft() {
            super("no handler is left", null, false, false);
        }
    }
}
