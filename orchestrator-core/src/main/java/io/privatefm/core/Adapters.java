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
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.adapter.AdapterStore;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The adapters of the learners' namespaces. Safe for use by several threads at once. */
public final class Adapters {
    private final OrchestratorStore store;
    private final Namespaces namespaces;
    private final Foundations foundations;
    private final AdapterArchive archive;
    private final @Nullable AdapterStore trainers;
    private final OrchestratorListener listener;
    private final Journal journal;

    Adapters(
            OrchestratorStore store,
            Namespaces namespaces,
            Foundations foundations,
            AdapterArchive archive,
            @Nullable AdapterStore trainers,
            OrchestratorListener listener,
            Journal journal) {
        this.store = store;
        this.namespaces = namespaces;
        this.foundations = foundations;
        this.archive = archive;
        this.trainers = trainers;
        this.listener = listener;
        this.journal = journal;
    }

    /**
     * Registers a new revision of a subject's adapter: copies its files, then checks the copy, down to every shape and value.
     * An adapter equal to the newest revision is that revision; nothing is added. The next night merges it.
     *
     * @param files {@code adapter_config.json} and {@code adapter_model.safetensors} as PEFT writes them; not closed
     * @param trainedOn content hash of the foundation that it was trained on, where its trainer declares one
     * @throws InvalidInputException if the namespace has no such subject, or the adapter is malformed, not supported, or does
     *     not fit the namespace's foundation; nothing is registered then
     */
    public AdapterRow register(LearnerId learner, Subject subject, ModelFiles files, Optional<Sha256> trainedOn) {
        NamespaceRow namespace = namespaces.get(learner);
        Instant start = store.inTransaction(tx -> tx.now());
        if (!namespace.subjects().contains(subject)) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "the namespace of learner " + learner + " has no subject " + subject);
        }
        AdapterArchive.Kept kept = archive.keep(namespace.nsUid(), subject, files);
        Checked checked = check(namespace, subject, kept, trainedOn);
        Registered registered = Transactions.idempotent(store, tx -> {
            requireInTime(start, tx.now());
            NamespaceRow now = tx.find(learner).orElseThrow(() -> new ConflictException("the namespace is gone"));
            if (!now.foundationRelease().equals(namespace.foundationRelease())) {
                throw new UnavailableException("the namespace moved to foundation release " + now.foundationRelease()
                        + " while the adapter was checked against " + namespace.foundationRelease()
                        + "; register it again");
            }
            return put(tx, now, subject, kept, checked, trainedOn);
        });
        AdapterRow row = registered.row();
        if (registered.isNew()) {
            listener.onEvent(new LifecycleEvent.AdapterRegistered(row.nsUid(), row.subject(), row.revision()));
        }
        return row;
    }

    /** Registers an adapter whose trainer declares no foundation. */
    public AdapterRow register(LearnerId learner, Subject subject, ModelFiles files) {
        return register(learner, subject, files, Optional.empty());
    }

    /**
     * Registers an adapter from the {@link AdapterStore} that the orchestrator was built with.
     *
     * @param reference what that store calls it
     */
    public AdapterRow register(LearnerId learner, Subject subject, String reference) {
        if (trainers == null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "no adapter store is configured; pass one to the builder");
        }
        try (ModelFiles files = trainers.open(reference)) {
            return register(learner, subject, files);
        }
    }

    /** The newest revision of each subject's adapter, in ascending order of subject. */
    public List<AdapterRow> current(LearnerId learner) {
        NamespaceRow namespace = namespaces.get(learner);
        return store.inTransaction(tx -> tx.adapters(namespace.nsUid()));
    }

    /** The revision that an adapter is, new or known. */
    private record Registered(AdapterRow row, boolean isNew) {}

    /** What a check found out. */
    private record Checked(Sha256 digest, long changedBytes) {}

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
            Optional<Sha256> trainedOn) {
        Optional<AdapterRow> newest = tx.adapters(namespace.nsUid()).stream()
                .filter(row -> row.subject().equals(subject))
                .findFirst();
        boolean known = newest.map(row -> !row.setAside()
                        && row.digest().equals(checked.digest())
                        && row.trainedOn().equals(trainedOn))
                .orElse(false);
        if (known) {
            return new Registered(newest.orElseThrow(), false);
        }
        NamespaceChange change = journal.change(tx, namespace);
        AdapterRow row = new AdapterRow(
                namespace.nsUid(),
                subject,
                newest.map(AdapterRow::revision).orElse(0) + 1,
                checked.digest(),
                kept.configBlob(),
                kept.weightsBlob(),
                checked.changedBytes(),
                trainedOn,
                change.at());
        tx.putAdapter(row);
        ObjectNode payload = AdapterRegistered.payload(row);
        change.event(EventType.ADAPTER_REGISTERED, payload)
                .audit("ADAPTER_REGISTERED", row.digest().hex(), payload)
                .write();
        return new Registered(row, true);
    }

    /** The copy that is to be referred to must be younger than what orphan collection may take. */
    private static void requireInTime(Instant start, Instant now) {
        if (Duration.between(start, now).compareTo(OrphanCollector.GRACE.dividedBy(2)) > 0) {
            throw new UnavailableException("copying and checking the adapter took too long, since " + start);
        }
    }
}
