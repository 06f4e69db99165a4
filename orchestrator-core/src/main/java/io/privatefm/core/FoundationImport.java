/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.lineage.GivenModel;
import io.privatefm.core.lineage.PrivateCopies;
import io.privatefm.core.lineage.SignedManifest;
import io.privatefm.core.seal.Keyring;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationManifest;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.OrchestratorStore;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a model may become a foundation release. Reads only: there is no way in this engine to write a foundation. Who
 * writes one asks here first. Not safe for use by several threads.
 */
public final class FoundationImport {
    private final PublisherKey publisher;
    private final FoundationStore foundation;
    private final int threads;
    private @Nullable Installation installation;

    private record Installation(
            OrchestratorStore store, BlobStore blobs, Optional<KeyVault> vault, FoundationStore foundation) {}

    private FoundationImport(PublisherKey publisher, FoundationStore foundation, int threads) {
        this.publisher = publisher;
        this.foundation = foundation;
        this.threads = threads;
    }

    /**
     * An import of what a publisher signed.
     *
     * @param publisher pinned: no other signature counts
     * @param foundation where the release is to go; what is there already is nobody's own
     * @param threads how many threads hash; changes speed only
     */
    public static FoundationImport of(PublisherKey publisher, FoundationStore foundation, int threads) {
        return new FoundationImport(publisher, foundation, threads);
    }

    /**
     * Also holds the model against everything that the learners of an installation have.
     *
     * @param vault empty if nothing is encrypted there
     * @param releases what the installation merges on
     */
    public FoundationImport against(
            OrchestratorStore store, BlobStore blobs, Optional<KeyVault> vault, FoundationStore releases) {
        installation = new Installation(store, blobs, vault, releases);
        return this;
    }

    /**
     * Checks a model, in this order: the signature; format and class; the content hash; that neither the model nor a parent is a
     * learner's; that no tensor is a copy of one that a learner's checkpoint changed.
     *
     * @param files not closed
     * @param manifest what {@link #sign} gave
     * @return what the publisher signed
     * @throws io.privatefm.spi.CorruptDataException if the publisher did not sign it, or an own checkpoint cannot be read
     * @throws InvalidInputException if it may not become a foundation
     */
    public FoundationManifest check(ModelFiles files, String manifest) {
        FoundationManifest read = SignedManifest.read(manifest, publisher.verifier());
        return hashing(threads, stream -> {
            try (GivenModel model = GivenModel.open(files, stream)) {
                requireSigned(files, model.contentHash(), read);
                if (installation != null) {
                    copies(installation, stream).refuse(model, read);
                }
                return read;
            }
        });
    }

    /**
     * Holds a copy of a model that was checked against what was signed: nobody changed it in between.
     *
     * @param files not closed
     * @throws InvalidInputException if it is another model
     */
    public void recheck(ModelFiles files, FoundationManifest checked) {
        requireSigned(files, ModelCheck.contentHash(files, threads), checked);
    }

    private void requireSigned(ModelFiles files, Sha256 found, FoundationManifest manifest) {
        if (!found.equals(manifest.contentHash())) {
            throw new InvalidInputException(
                    ErrorCode.MODEL_INVALID,
                    files.location(),
                    null,
                    "has content hash " + found + ", but " + publisher.name() + " signed " + manifest.contentHash());
        }
    }

    private PrivateCopies copies(Installation at, TensorStream stream) {
        SecureRandom random = new SecureRandom();
        Keyring keyring =
                at.vault().map(vault -> new Keyring(at.store(), vault, random)).orElse(null);
        SealedBlobs blobs = new SealedBlobs(at.blobs(), keyring, random);
        List<Foundations> published = new ArrayList<>();
        published.add(new Foundations(foundation, stream));
        published.add(new Foundations(at.foundation(), stream));
        return new PrivateCopies(at.store(), new CheckpointReader(blobs, stream), published);
    }

    /**
     * Signs a foundation release.
     *
     * @param contentHash of the model, as {@link ModelCheck#contentHash} gives it
     * @param publisher name of the publisher, one line without spaces or plus signs
     * @param key an Ed25519 key pair
     * @param name what the release is called
     * @param parents content hashes of the models that it was made from
     * @return the signed manifest
     */
    public static String sign(Sha256 contentHash, String publisher, KeyPair key, String name, List<Sha256> parents) {
        PublisherKey signer = new PublisherKey(publisher, key.getPublic());
        return SignedManifest.sign(new FoundationManifest(name, contentHash, parents), signer.name(), key);
    }

    private static <T> T hashing(int threads, Function<TensorStream, T> work) {
        ExecutorService pool = MergeThreads.pool(threads);
        try {
            return work.apply(new TensorStream(pool, threads));
        } finally {
            pool.shutdown();
        }
    }
}
