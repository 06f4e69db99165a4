/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.adapter.AdapterFit;
import io.privatefm.core.adapter.TensorChange;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.AdapterRegistered;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.core.journal.Transactions;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.night.OrphanCollector;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Registers a revision of an adapter: copies its files, checks the copy, and writes it down in one transaction. */
final class AdapterRegistration {
    private final OrchestratorStore store;
    private final Foundations foundations;
    private final AdapterArchive archive;
    private final OrchestratorListener listener;
    private final Journal journal;

    AdapterRegistration(
            OrchestratorStore store,
            Foundations foundations,
            AdapterArchive archive,
            OrchestratorListener listener,
            Journal journal) {
        this.store = store;
        this.foundations = foundations;
        this.archive = archive;
        this.listener = listener;
        this.journal = journal;
    }

    /**
     * What is said of an adapter.
     *
     * @param trainedOn content hash of the foundation that it was trained on
     * @param trainedAt when it was finished
     * @param weights SHA-256 of its weights' file
     * @param config SHA-256 of its configuration's file
     * @param follows revision that is the newest before it, 0 for none
     */
    record Claims(
            Optional<Sha256> trainedOn,
            Optional<Instant> trainedAt,
            Optional<Sha256> weights,
            Optional<Sha256> config,
            OptionalInt follows) {}

    /** Asked in the transaction that registers. */
    @FunctionalInterface
    interface Gate {
        /** The namespace as it is now; empty if nothing is to be registered. */
        Optional<NamespaceRow> open(StoreTx tx);
    }

    /** What a check found out. */
    private record Checked(Sha256 digest, long changedBytes) {}

    /**
     * Registers an adapter; one that is equal to the newest revision, and was not trained later, is that revision.
     *
     * @param namespace as it was before
     * @param files not closed
     * @return empty if the gate did not open
     * @throws InvalidInputException if the namespace has no such subject, the adapter is not as claimed, malformed, not supported, or
     *     does not fit the namespace's foundation; with {@link ErrorCode#PRECONDITION_FAILED} if it is a new revision and does not follow
     *     the one that it is claimed to follow; nothing is registered then
     */
    Optional<Registered> register(NamespaceRow namespace, Subject subject, ModelFiles files, Claims claims, Gate gate) {
        Instant start = store.inTransaction(tx -> tx.now());
        if (!namespace.subjects().contains(subject)) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the namespace of learner " + namespace.learner() + " has no subject " + subject);
        }
        AdapterArchive.Copied copied = archive.keep(namespace.nsUid(), subject, files);
        requireAsClaimed(Adapter.WEIGHTS_FILE, claims.weights(), copied.weights());
        requireAsClaimed(Adapter.CONFIG_FILE, claims.config(), copied.config());
        Checked checked = check(namespace, subject, copied.kept(), claims.trainedOn());
        Optional<Registered> registered = Transactions.idempotent(store, tx -> {
            requireInTime(start, tx.now());
            Optional<NamespaceRow> found = gate.open(tx);
            found.ifPresent(now -> requireUnmoved(namespace, now));
            return found.map(now -> put(tx, now, subject, copied.kept(), checked, claims));
        });
        registered
                .filter(Registered::isNew)
                .map(Registered::row)
                .ifPresent(row -> listener.onEvent(
                        new LifecycleEvent.AdapterRegistered(row.nsUid(), row.subject(), row.revision())));
        return registered;
    }

    private static void requireAsClaimed(String file, Optional<Sha256> claimed, Sha256 found) {
        claimed.filter(hash -> !hash.equals(found)).ifPresent(hash -> {
            throw new InvalidInputException(
                    ErrorCode.ADAPTER_INVALID,
                    file,
                    null,
                    "its bytes should have the SHA-256 " + hash + " and have " + found);
        });
    }

    private static void requireUnmoved(NamespaceRow before, NamespaceRow now) {
        if (!now.foundationRelease().equals(before.foundationRelease())) {
            throw new UnavailableException("the namespace moved to foundation release " + now.foundationRelease()
                    + " while the adapter was checked against " + before.foundationRelease() + "; register it again");
        }
    }

    private Checked check(
            NamespaceRow namespace, Subject subject, AdapterArchive.Kept kept, Optional<Sha256> trainedOn) {
        try (Foundation foundation = foundations.open(namespace.foundationRelease());
                Adapter adapter = archive.open(namespace.nsUid(), subject, kept)) {
            trainedOn.filter(hash -> !hash.equals(foundation.contentHash())).ifPresent(hash -> {
                throw new InvalidInputException(
                        ErrorCode.ADAPTER_MISFIT,
                        "the adapter was trained on a foundation with content hash " + hash + ", release "
                                + foundation.release().name() + " has " + foundation.contentHash());
            });
            Map<String, TensorInfo> infos = foundation.infos();
            AdapterFit fit = adapter.fit(infos, foundation.config());
            return new Checked(adapter.digest(), changedBytes(fit, infos));
        }
    }

    private static long changedBytes(AdapterFit fit, Map<String, TensorInfo> foundation) {
        long bytes = 0;
        for (TensorChange change : fit.changes()) {
            TensorInfo tensor = foundation.get(change.target());
            bytes += tensor == null ? 0 : tensor.byteLength();
        }
        return bytes;
    }

    private Registered put(
            StoreTx tx,
            NamespaceRow namespace,
            Subject subject,
            AdapterArchive.Kept kept,
            Checked checked,
            Claims claims) {
        Optional<AdapterRow> newest = newest(tx, namespace, subject);
        boolean known = newest.map(row -> !row.setAside()
                        && row.digest().equals(checked.digest())
                        && row.trainedOn().equals(claims.trainedOn())
                        && !isBefore(row.trainedAt(), claims.trainedAt())) // else what is trained between would follow
                .orElse(false);
        if (known) {
            return new Registered(newest.orElseThrow(), false);
        }
        int before = newest.map(AdapterRow::revision).orElse(0);
        requireFollows(subject, claims.follows(), before);
        NamespaceChange change = journal.change(tx, namespace);
        AdapterRow row = new AdapterRow(
                namespace.nsUid(),
                subject,
                before + 1,
                checked.digest(),
                kept.configBlob(),
                kept.weightsBlob(),
                checked.changedBytes(),
                claims.trainedOn(),
                claims.trainedAt(),
                change.at());
        tx.putAdapter(row);
        ObjectNode payload = AdapterRegistered.payload(row);
        change.event(EventType.ADAPTER_REGISTERED, payload)
                .audit("ADAPTER_REGISTERED", row.digest().hex(), payload)
                .write();
        return new Registered(row, true);
    }

    private static void requireFollows(Subject subject, OptionalInt claimed, int newest) {
        if (claimed.isPresent() && claimed.getAsInt() != newest) {
            throw new InvalidInputException(
                    ErrorCode.PRECONDITION_FAILED,
                    "the newest revision for " + subject + " is " + newest + ", not " + claimed.getAsInt());
        }
    }

    /** Whether one time is before another, as far as both are known. */
    static boolean isBefore(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && other.isPresent() && one.get().isBefore(other.get());
    }

    /** The newest revision of a subject's adapter. */
    static Optional<AdapterRow> newest(StoreTx tx, NamespaceRow namespace, Subject subject) {
        return tx.adapters(namespace.nsUid()).stream()
                .filter(row -> row.subject().equals(subject))
                .findFirst();
    }

    /** The copy that is to be referred to must be younger than what orphan collection may take. */
    private static void requireInTime(Instant start, Instant now) {
        if (Duration.between(start, now).compareTo(OrphanCollector.GRACE.dividedBy(2)) > 0) {
            throw new UnavailableException("copying and checking the adapter took too long, since " + start);
        }
    }
}
