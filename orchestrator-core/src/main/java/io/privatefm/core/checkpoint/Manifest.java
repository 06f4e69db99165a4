/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.seal.SealContext;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.CheckpointRow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a checkpoint is, in full. Stored as canonical JSON in a blob of its own; {@link ManifestJson} has the fields.
 *
 * @param parent manifest blob of the version before, empty for version 1
 * @param variants in ascending code-point order of name
 */
public record Manifest(
        NsUid namespace,
        long version,
        Optional<Sha256> parent,
        String foundationRelease,
        Sha256 foundationHash,
        List<VariantEntry> variants) {
    public Manifest {
        variants = List.copyOf(variants);
    }

    /** What its blob is. */
    SealContext context() {
        return context(namespace, version);
    }

    /** What the blob of a manifest is. */
    static SealContext context(NsUid namespace, long version) {
        return new SealContext(namespace, SealContext.Role.MANIFEST, version, "");
    }

    /** The tree over the variants' names and content hashes. */
    public Sha256 checkpointHash() {
        Map<String, Sha256> hashes =
                variants.stream().collect(Collectors.toMap(VariantEntry::name, VariantEntry::contentHash));
        return ContentHash.ofCheckpoint(hashes);
    }

    /** What the store keeps of a checkpoint with this manifest. */
    public CheckpointRow row(String operationId, Sha256 manifestBlob, Instant createdAt) {
        return new CheckpointRow(
                namespace,
                version,
                operationId,
                checkpointHash(),
                manifestBlob,
                foundationRelease,
                foundationHash,
                variants.stream().map(VariantEntry::row).toList(),
                createdAt);
    }
}
