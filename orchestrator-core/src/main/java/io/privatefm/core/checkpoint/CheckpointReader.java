/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.FiniteTensor;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelTensor;
import io.privatefm.core.model.SafetensorsFile;
import io.privatefm.core.model.TensorSource;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.store.CheckpointRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads stored checkpoints and checks them against their manifests and rows. Safe for use by several threads at once. */
public final class CheckpointReader {
    private static final int MAX_MANIFEST_BYTES = 256 << 20;

    private final SealedBlobs blobs;
    private final TensorStream stream;

    public CheckpointReader(SealedBlobs blobs, TensorStream stream) {
        this.blobs = blobs;
        this.stream = stream;
    }

    /**
     * The manifest of a checkpoint, held against its row.
     *
     * @throws CorruptDataException if it is missing or damaged, or says something else than the row
     */
    public Manifest manifest(CheckpointRow row) {
        Manifest manifest = manifest(row.nsUid(), row.version(), row.manifestBlob());
        boolean same = manifest.foundationRelease().equals(row.foundationRelease())
                && manifest.foundationHash().equals(row.foundationHash())
                && manifest.checkpointHash().equals(row.checkpointHash())
                && manifest.variants().stream().map(VariantEntry::row).toList().equals(row.variants());
        if (!same) {
            throw new CorruptDataException(
                    "the manifest of version " + row.version() + " and its database row do not agree");
        }
        return manifest;
    }

    /**
     * Opens a variant, to be closed by the caller.
     *
     * @param foundation the release that the checkpoint was merged on
     * @throws InvalidInputException if the checkpoint has no such variant
     * @throws CorruptDataException if the blob is damaged
     * @throws FoundationWrongException if {@code foundation} has another content hash than the checkpoint's
     */
    public StoredVariant open(Manifest manifest, String variant, Foundation foundation) {
        requireFoundation(manifest.version(), manifest.foundationHash(), foundation);
        VariantEntry entry = manifest.variants().stream()
                .filter(candidate -> candidate.name().equals(variant))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.CHECKPOINT_NOT_FOUND,
                        "version " + manifest.version() + " has no variant '" + variant + "'"));
        return open(manifest.namespace(), entry, foundation);
    }

    /**
     * The manifest of a checkpoint, whatever its row says.
     *
     * @throws CorruptDataException if it is missing or damaged, or another's
     */
    public Manifest manifest(NsUid namespace, long version, Sha256 blob) {
        byte[] bytes = blobs.read(Manifest.context(namespace, version), blob, MAX_MANIFEST_BYTES);
        Manifest manifest = ManifestJson.read(bytes, "blob " + blob);
        if (!manifest.namespace().equals(namespace) || manifest.version() != version) {
            throw new CorruptDataException("blob " + blob + " is the manifest of another checkpoint");
        }
        return manifest;
    }

    /** Entries of a checkpoint's variants that have these names. */
    public List<VariantEntry> entries(CheckpointRow row, Collection<String> names) {
        return names.isEmpty()
                ? List.of()
                : manifest(row).variants().stream()
                        .filter(entry -> names.contains(entry.name()))
                        .toList();
    }

    /**
     * Reads every stored byte of a checkpoint: blob names, headers, tensor roots, content hashes, checkpoint hash.
     *
     * @throws FoundationWrongException if {@code foundation} has another content hash than the checkpoint's
     */
    public Verification verify(CheckpointRow row, Foundation foundation) {
        List<Damage> damages = inspect(row, foundation).damages();
        return damages.isEmpty() ? new Verification.Intact(row.checkpointHash()) : new Verification.Damaged(damages);
    }

    /**
     * As {@link #verify}, and says what of a damaged checkpoint is sound.
     *
     * @throws FoundationWrongException if {@code foundation} has another content hash than the checkpoint's
     */
    public Inspection inspect(CheckpointRow row, Foundation foundation) {
        requireFoundation(row.version(), row.foundationHash(), foundation);
        List<Damage> damages = new ArrayList<>();
        List<VariantEntry> sound = new ArrayList<>();
        try {
            for (VariantEntry entry : manifest(row).variants()) {
                List<Damage> own = inspect(row.nsUid(), entry, foundation);
                damages.addAll(own);
                if (own.isEmpty()) {
                    sound.add(entry);
                }
            }
        } catch (CorruptDataException e) {
            damages.add(damage(e));
        }
        return new Inspection(sound, damages);
    }

    /** What is the matter with one variant; reads every stored byte of it. */
    public List<Damage> inspect(NsUid namespace, VariantEntry entry, Foundation foundation) {
        return named(entry, verify(namespace, entry, foundation));
    }

    /** As {@link #inspect(NsUid, VariantEntry, Foundation)}, for a blob whose bytes have just been held against its name. */
    public List<Damage> inspectTensors(NsUid namespace, VariantEntry entry, Foundation foundation) {
        return named(entry, tensorDamages(namespace, entry, foundation));
    }

    private static List<Damage> named(VariantEntry entry, List<Damage> damages) {
        return damages.stream()
                .map(damage ->
                        new Damage(Optional.of(entry.name()), damage.tensor(), damage.verdict(), damage.reason()))
                .toList();
    }

    /**
     * What makes no sense in a variant whose bytes are sound: a shape or dtype that its foundation does not have, or a value that is not
     * finite.
     */
    public List<Damage> senseless(NsUid namespace, VariantEntry entry, Foundation foundation) {
        List<Damage> damages = new ArrayList<>();
        try (StoredVariant variant = open(namespace, entry, foundation)) {
            List<TensorSource> changed = new ArrayList<>();
            for (TensorDigest digest : entry.changed()) {
                String name = digest.info().name();
                ModelTensor stored = variant.stored().get(name);
                ModelTensor base = foundation.tensors().get(name);
                if (stored == null || (base != null && !base.info().equals(stored.info()))) {
                    damages.add(senseless(entry, name, "does not have the foundation's dtype and shape"));
                } else {
                    changed.add(new FiniteTensor(stored, "blob " + entry.blob()));
                }
            }
            stream.run(changed, SegmentSink.NONE);
        } catch (InvalidInputException e) {
            damages.add(senseless(entry, e.tensor(), String.valueOf(e.getMessage())));
        }
        return damages;
    }

    private static Damage senseless(VariantEntry entry, @Nullable String tensor, String reason) {
        return new Damage(Optional.of(entry.name()), Optional.ofNullable(tensor), Verdict.SEMANTIC, reason);
    }

    /**
     * Reads a variant's tensors back from its blob, before anything refers to it.
     *
     * @throws CorruptDataException if their roots are not those that were computed while it was merged: memory, disk or a library
     *     failed between
     */
    void requireSound(NsUid namespace, VariantEntry entry, Foundation foundation) {
        tensorDamages(namespace, entry, foundation).stream().findFirst().ifPresent(damage -> {
            throw new CorruptDataException("variant " + entry.name() + " was not stored as it was merged: " + damage);
        });
    }

    private List<Damage> verify(NsUid namespace, VariantEntry entry, Foundation foundation) {
        List<Damage> damages = new ArrayList<>();
        try {
            blobs.checkStored(namespace, entry.blob());
        } catch (CorruptDataException e) {
            damages.add(damage(e));
        }
        damages.addAll(tensorDamages(namespace, entry, foundation));
        return damages.stream().distinct().toList();
    }

    private List<Damage> tensorDamages(NsUid namespace, VariantEntry entry, Foundation foundation) {
        List<Damage> damages = new ArrayList<>();
        try (StoredVariant variant = open(namespace, entry, foundation)) {
            Map<String, TensorDigest> found = new TreeMap<>();
            stream.run(List.copyOf(variant.stored().values()), SegmentSink.NONE)
                    .forEach(digest -> found.put(digest.info().name(), digest));
            Map<String, TensorDigest> model = new TreeMap<>(foundation.digests());
            entry.changed().forEach(digest -> model.put(digest.info().name(), digest));
            ModelVerifier.compare(entry.layout() == Layout.FULL ? model : changed(entry), found, damages);
            if (!ContentHash.ofModel(model.values()).equals(entry.contentHash())) {
                damages.add(new Damage(
                        Optional.empty(), Optional.empty(), "its tensor roots do not give its content hash"));
            }
        } catch (FoundationWrongException | KeyDestroyedException e) {
            throw e; // says nothing about the bytes
        } catch (PfmException e) {
            if (e.code().kind() == ErrorCode.Kind.ENVIRONMENT) {
                throw e;
            }
            damages.add(damage(e));
        }
        return damages;
    }

    /** What a failed read says is the matter. */
    private static Damage damage(PfmException e) {
        Verdict verdict = e instanceof CorruptDataException corrupt ? corrupt.verdict() : Verdict.BIT_ROT;
        return new Damage(Optional.empty(), Optional.empty(), verdict, String.valueOf(e.getMessage()));
    }

    private StoredVariant open(NsUid namespace, VariantEntry entry, Foundation foundation) {
        String blob = "blob " + entry.blob();
        try {
            SafetensorsFile file = SafetensorsFile.open(
                    blobs.open(entry.context(namespace), entry.blob()),
                    blob,
                    ErrorCode.MODEL_INVALID,
                    FormatLimits.FOUNDATION);
            return new StoredVariant(entry, file, foundation.tensors());
        } catch (InvalidInputException e) {
            throw new CorruptDataException("the variant is no sound safetensors file any more: " + e.getMessage(), e);
        }
    }

    private static Map<String, TensorDigest> changed(VariantEntry entry) {
        return entry.changed().stream()
                .collect(Collectors.toMap(digest -> digest.info().name(), digest -> digest));
    }

    /**
     * Holds a foundation release against the one that a checkpoint was merged on.
     *
     * @throws FoundationWrongException if it has another content hash
     */
    public void requireFoundation(CheckpointRow row, Foundation foundation) {
        requireFoundation(row.version(), row.foundationHash(), foundation);
    }

    private static void requireFoundation(long version, Sha256 mergedOn, Foundation foundation) {
        if (!foundation.contentHash().equals(mergedOn)) {
            throw new FoundationWrongException("version " + version + " was merged on content hash " + mergedOn
                    + ", foundation release " + foundation.release().name() + " has " + foundation.contentHash());
        }
    }
}
