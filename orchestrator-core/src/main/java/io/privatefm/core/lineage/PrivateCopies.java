/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.lineage;

import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.foundation.FoundationManifest;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.VariantRow;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a model has of an installation's learners: whether a private variant is the model or one of its parents, and whether
 * one of its tensors is, byte for byte, one that a private checkpoint changed. Nothing is kept for this: all checkpoints' rows and manifests
 * are read when it is asked. A learner is never named, only the namespace's uid.
 */
public final class PrivateCopies {
    private static final int PAGE = 500;

    private final OrchestratorStore store;
    private final CheckpointReader reader;
    private final List<Foundations> foundations;
    private @Nullable Set<Sha256> published;

    /**
     * What looks for copies in an installation.
     *
     * @param foundations where releases are that were published before: what one of them holds is nobody's own
     */
    public PrivateCopies(OrchestratorStore store, CheckpointReader reader, List<Foundations> foundations) {
        this.store = store;
        this.reader = reader;
        this.foundations = List.copyOf(foundations);
    }

    /**
     * Fails if there is something of a learner in a model.
     *
     * @throws InvalidInputException naming the parent or the tensor, and what it is a copy of
     * @throws io.privatefm.spi.CorruptDataException if a checkpoint's manifest is damaged: then nobody can tell
     */
    public void refuse(GivenModel model, FoundationManifest manifest) {
        forEach(row -> refuse(row, model, manifest));
        forEach(row -> refuse(row, model));
    }

    private static void refuse(CheckpointRow row, GivenModel model, FoundationManifest manifest) {
        for (VariantRow variant : row.variants()) {
            if (variant.contentHash().equals(model.contentHash())) {
                throw refused(null, "the model is " + described(row, variant.name()));
            }
            if (manifest.parents().contains(variant.contentHash())) {
                throw refused(null, "its parent " + variant.contentHash() + " is " + described(row, variant.name()));
            }
        }
    }

    private void refuse(CheckpointRow row, GivenModel model) {
        List<VariantEntry> variants;
        try {
            variants = reader.manifest(row).variants();
        } catch (KeyDestroyedException e) {
            return; // is being deleted: what it was can be compared with nothing any more
        }
        for (VariantEntry variant : variants) {
            for (TensorDigest changed : variant.changed()) {
                Optional<String> copy = model.tensor(changed.root());
                if (copy.isPresent()
                        && model.isTelling(copy.get())
                        && !published().contains(changed.root())) {
                    throw refused(
                            copy.get(),
                            "is a copy of tensor " + changed.info().name() + " of " + described(row, variant.name()));
                }
            }
        }
    }

    private static String described(CheckpointRow row, String variant) {
        return "variant " + variant + " of checkpoint " + row.version() + " of namespace " + row.nsUid();
    }

    private static InvalidInputException refused(@Nullable String tensor, String reason) {
        return new InvalidInputException(
                ErrorCode.MODEL_INVALID, null, tensor, reason + ": a learner's own, it never becomes a foundation");
    }

    /** Roots of all tensors of all releases that are there; read when the first of them is needed. */
    private Set<Sha256> published() {
        Set<Sha256> roots = published;
        if (roots == null) {
            roots = new HashSet<>();
            for (Foundations there : foundations) {
                for (FoundationRelease release : there.releases()) {
                    try (Foundation foundation = there.open(release)) {
                        for (TensorDigest digest : foundation.digests().values()) {
                            roots.add(digest.root());
                        }
                    }
                }
            }
            published = roots;
        }
        return roots;
    }

    private void forEach(Consumer<CheckpointRow> work) {
        for (List<NamespaceRow> page = page(null); !page.isEmpty(); page = page(page.get(page.size() - 1))) {
            for (NamespaceRow namespace : page) {
                store.inTransaction(tx -> tx.checkpoints(namespace.nsUid(), Integer.MAX_VALUE))
                        .forEach(work);
            }
        }
    }

    private List<NamespaceRow> page(@Nullable NamespaceRow after) {
        return store.inTransaction(tx -> tx.namespaces(after == null ? null : after.learner(), PAGE));
    }
}
