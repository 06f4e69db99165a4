/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.adapter.AdapterStore;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The adapters of the learners' namespaces. Safe for use by several threads at once. */
public final class Adapters {
    private final OrchestratorStore store;
    private final Namespaces namespaces;
    private final AdapterRegistration registration;
    private final @Nullable AdapterStore trainers;

    Adapters(
            OrchestratorStore store,
            Namespaces namespaces,
            AdapterRegistration registration,
            @Nullable AdapterStore trainers) {
        this.store = store;
        this.namespaces = namespaces;
        this.registration = registration;
        this.trainers = trainers;
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
        return register(
                        learner,
                        subject,
                        files,
                        new RegistrationTerms(trainedOn, Optional.empty(), OptionalInt.empty()))
                .row();
    }

    /**
     * Registers a new revision on terms; otherwise as {@link #register(LearnerId, Subject, ModelFiles, Optional)}. {@link
     * RegistrationTerms#ifRevision()} is asked in the transaction that registers, and only of a new revision: to register the newest
     * once more is no change, so that a caller who got no answer may call again.
     *
     * @throws InvalidInputException also with {@link ErrorCode#ADAPTER_INVALID} if the weights have another hash, and with {@link
     *     ErrorCode#PRECONDITION_FAILED} if another revision is the newest
     */
    public Registered register(LearnerId learner, Subject subject, ModelFiles files, RegistrationTerms terms) {
        AdapterRegistration.Claims claims = new AdapterRegistration.Claims(
                terms.trainedOn(), Optional.empty(), terms.weights(), Optional.empty(), terms.ifRevision());
        return registration
                .register(
                        namespaces.get(learner),
                        subject,
                        files,
                        claims,
                        tx -> Optional.of(
                                tx.find(learner).orElseThrow(() -> new ConflictException("the namespace is gone"))))
                .orElseThrow();
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
        return register(learner, subject, reference, RegistrationTerms.NONE).row();
    }

    /** Registers an adapter from that store on terms, as {@link #register(LearnerId, Subject, ModelFiles, RegistrationTerms)} does. */
    public Registered register(LearnerId learner, Subject subject, String reference, RegistrationTerms terms) {
        if (trainers == null) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "no adapter store is configured; pass one to the builder");
        }
        try (ModelFiles files = trainers.open(reference)) {
            return register(learner, subject, files, terms);
        }
    }

    /** The newest revision of each subject's adapter, in ascending order of subject. */
    public List<AdapterRow> current(LearnerId learner) {
        NamespaceRow namespace = namespaces.get(learner);
        return store.inTransaction(tx -> tx.adapters(namespace.nsUid()));
    }
}
