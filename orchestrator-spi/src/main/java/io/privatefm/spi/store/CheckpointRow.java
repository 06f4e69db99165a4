/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.time.Instant;
import java.util.List;

/**
 * One published checkpoint. Never changed after it was written.
 *
 * @param version 1, 2, 3 … without gaps in a namespace, of which the oldest may be gone; {@code version - 1} is its parent
 * @param operationId unique among all checkpoints; by it the outcome of a lost commit is resolved
 * @param checkpointHash tree over the variants' names and content hashes
 * @param manifestBlob blob with the canonical manifest
 * @param foundationRelease name of the release it was merged on
 * @param foundationHash content hash of that release
 * @param variants in ascending code-point order of their names
 */
public record CheckpointRow(
        NsUid nsUid,
        long version,
        String operationId,
        Sha256 checkpointHash,
        Sha256 manifestBlob,
        String foundationRelease,
        Sha256 foundationHash,
        List<VariantRow> variants,
        Instant createdAt) {
    public CheckpointRow {
        variants = List.copyOf(variants);
    }
}
