/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.guardian.Tombstone;
import io.privatefm.core.inbox.AdapterTrained;
import io.privatefm.core.inbox.Inbox;
import io.privatefm.core.inbox.IncomingMessage;
import io.privatefm.core.inbox.NotYetException;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.adapter.AdapterStore;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the adapters that messages tell of, each message once. Those of deleted learners are absorbed, and those that are older than
 * what is registered: messages come in any order, and the adapter that was trained last is to be the newest revision.
 */
final class TrainedAdapters {
    private static final Logger LOG = LoggerFactory.getLogger(TrainedAdapters.class);

    /** How far a trainer's clock may be ahead. An adapter from the far future would make all that follow it out of date. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private final OrchestratorStore store;
    private final AdapterStore trainers;
    private final AdapterRegistration registration;
    private final Inbox inbox;
    private final Journal journal;

    TrainedAdapters(
            OrchestratorStore store,
            AdapterStore trainers,
            AdapterRegistration registration,
            Inbox inbox,
            Journal journal) {
        this.store = store;
        this.trainers = trainers;
        this.registration = registration;
        this.inbox = inbox;
        this.journal = journal;
    }

    /**
     * Takes a message. When this returns, it is noted as taken, with its effect.
     *
     * @throws NotYetException if the learner has no namespace yet, or the adapter store does not answer
     * @throws PfmException that is retryable, if the own store does not answer
     * @throws InvalidInputException if the adapter is not what the message says, or is refused as by {@link Adapters#register}
     */
    void take(AdapterTrained trained, IncomingMessage message) {
        Optional<NamespaceRow> due = Transactions.idempotent(store, tx -> due(tx, trained, message));
        if (due.isEmpty()) {
            return;
        }
        requireNotAhead(trained);
        try (ModelFiles files = TrainersFiles.open(trainers, trained.uri())) {
            registration.register(
                    due.get(),
                    trained.subject(),
                    files,
                    new AdapterRegistration.Claims(
                            trained.trainedOn(),
                            trained.trainedAt(),
                            Optional.of(trained.weights()),
                            trained.config(),
                            OptionalInt.empty()),
                    tx -> due(tx, trained, message).filter(now -> inbox.firstTime(tx, message)));
        } catch (PfmException e) {
            if (e.retryable() || isDueStill(trained, message)) {
                throw e;
            }
            LOG.debug("it does not matter any more that an adapter was refused", e);
        }
    }

    /** Whether a learner was not deleted while the adapter was looked at. */
    private boolean isDueStill(AdapterTrained trained, IncomingMessage message) {
        return Transactions.idempotent(store, tx -> due(tx, trained, message)).isPresent();
    }

    private void requireNotAhead(AdapterTrained trained) {
        Instant latest = journal.now().plus(AHEAD);
        trained.trainedAt().filter(latest::isBefore).ifPresent(at -> {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the adapter cannot have been trained at " + at
                            + ", which is to come; look at the trainer's clock");
        });
    }

    /** The namespace that a message is for; empty if it has, or is to have, no effect, which is noted then. */
    private Optional<NamespaceRow> due(StoreTx tx, AdapterTrained trained, IncomingMessage message) {
        if (inbox.taken(tx, message)) {
            return Optional.empty();
        }
        NamespaceRow namespace = tx.find(trained.learner())
                .or(() -> tx.find(Tombstone.of(trained.learner())))
                .orElseThrow(() -> new NotYetException(
                        "the learner of message " + message.digest() + " has no namespace yet", null));
        if (namespace.state() == NamespaceState.DELETING || namespace.state() == NamespaceState.DELETED) {
            inbox.firstTime(tx, message);
            LOG.info("message {} is absorbed: its learner was deleted", message.digest());
            return Optional.empty();
        }
        Optional<AdapterRow> newer = AdapterRegistration.newest(tx, namespace, trained.subject())
                .filter(newest -> AdapterRegistration.isBefore(trained.trainedAt(), newest.trainedAt()));
        if (newer.isPresent()) {
            if (inbox.firstTime(tx, message)) {
                noteOutdated(tx, namespace, trained, message, newer.get());
            }
            return Optional.empty();
        }
        return Optional.of(namespace);
    }

    private void noteOutdated(
            StoreTx tx, NamespaceRow namespace, AdapterTrained trained, IncomingMessage message, AdapterRow newest) {
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        details.put("subject", trained.subject().value())
                .put("sha256", trained.weights().hex())
                .put("trained_at", trained.trainedAt().map(Instant::toString).orElse(null))
                .put("newest_revision", newest.revision())
                .put(
                        "newest_trained_at",
                        newest.trainedAt().map(Instant::toString).orElse(null));
        journal.change(tx, namespace)
                .audit("ADAPTER_OUTDATED", message.digest(), details)
                .write();
        LOG.info(
                "message {} is out of date: namespace {} has revision {} for {}, which was trained later",
                message.digest(),
                namespace.nsUid(),
                newest.revision(),
                trained.subject());
    }
}
