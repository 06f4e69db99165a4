/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.inbox.AdapterTrained;
import io.privatefm.core.inbox.FoundationReleased;
import io.privatefm.core.inbox.Inbox;
import io.privatefm.core.inbox.IncomingMessage;
import io.privatefm.core.inbox.ReadyMessage;
import io.privatefm.core.journal.Correlation;
import io.privatefm.core.night.ReleaseCheck;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.bus.MessageHandler;
import io.privatefm.spi.bus.Subscription;
import io.privatefm.spi.observe.CorrelationScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what the host's services say over the bus, and hands each message to whoever it is for. */
final class EventIntake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventIntake.class);

    private final EventBus bus;
    private final Inbox inbox;
    private final Correlation correlation;
    private final Namespaces namespaces;
    private final @Nullable TrainedAdapters adapters;
    private final ReleaseCheck releases;
    private final Runnable whenTaken;
    private final List<Subscription> subscriptions = new ArrayList<>();

    /**
     * Takes nothing before {@link #start()}.
     *
     * @param adapters without one, no adapter store is known, and their messages are left to whoever knows one
     * @param whenTaken what follows when a message was taken
     */
    EventIntake(
            EventBus bus,
            Inbox inbox,
            Correlation correlation,
            Namespaces namespaces,
            @Nullable TrainedAdapters adapters,
            ReleaseCheck releases,
            Runnable whenTaken) {
        this.bus = bus;
        this.inbox = inbox;
        this.correlation = correlation;
        this.namespaces = namespaces;
        this.adapters = adapters;
        this.releases = releases;
        this.whenTaken = whenTaken;
    }

    /** Begins to take messages; takes none if that does not succeed. */
    synchronized void start() {
        try {
            subscribe(ReadyMessage.TOPIC, this::ready);
            if (adapters != null) {
                TrainedAdapters trained = adapters;
                subscribe(AdapterTrained.TOPIC, message -> trained.take(AdapterTrained.read(message), message));
            }
            subscribe(FoundationReleased.TOPIC, this::released);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Takes no more messages; what is being taken is taken to its end. Idempotent. */
    @Override
    public synchronized void close() {
        subscriptions.forEach(Subscription::close);
        subscriptions.clear();
    }

    private void ready(IncomingMessage message) {
        namespaces.provision(ReadyMessage.read(message), tx -> inbox.firstTime(tx, message));
    }

    /** Noted nowhere: a check too many does no harm, and one that is lost with its process is made up for by the next night. */
    private void released(IncomingMessage message) {
        releases.wake(FoundationReleased.read(message).release());
    }

    /** Lets a bus give a message up for what is wrong with the message only: it is delivered again for as long as anything else is. */
    private static void take(IncomingMessage message, Consumer<IncomingMessage> taker) {
        try {
            taker.accept(message);
        } catch (PfmException e) {
            if (e.retryable() || isAbout(e.code())) {
                throw e;
            }
            throw new UnavailableException(
                    "message " + message.digest() + " cannot be taken now: " + e.code() + ": " + e.getMessage(), e);
        }
    }

    /** Whether such an error is about a message, or what it names; not about foundation, set-up, store or vault. */
    private static boolean isAbout(ErrorCode code) {
        return code.kind() == ErrorCode.Kind.BAD_INPUT
                && code != ErrorCode.MODEL_INVALID
                && code != ErrorCode.CONFIGURATION;
    }

    private void subscribe(String topic, Consumer<IncomingMessage> taker) {
        subscriptions.add(bus.subscribe(topic, Inbox.CONSUMER, new MessageHandler() {
            @Override
            public void handle(BusMessage message) {
                take(message);
                whenTaken.run();
            }

            private void take(BusMessage message) {
                IncomingMessage incoming = IncomingMessage.read(message);
                Optional<String> id = incoming.correlationId();
                if (id.isEmpty() || !Correlation.isSound(id.get())) {
                    id.ifPresent(unsound -> LOG.warn(
                            "message {} has a correlation id of a form that goes no further", incoming.digest()));
                    EventIntake.take(incoming, taker);
                    return;
                }
                try (CorrelationScope scope = correlation.open(id.get())) {
                    EventIntake.take(incoming, taker);
                }
            }

            @Override
            public void givenUp(DeadLetter letter) {
                inbox.givenUp(letter);
            }
        }));
    }
}
