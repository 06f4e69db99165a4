/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.VariantPlan;
import java.util.List;

/**
 * A variant that was computed and stored, not yet published.
 *
 * @param version of the checkpoint that it was computed for
 * @param changed digests of the tensors that differ from the foundation's, in ascending order of name
 */
public record MergedVariant(
        VariantPlan plan,
        long version,
        Sha256 contentHash,
        SealedBlobs.Stored blob,
        List<TensorDigest> changed,
        boolean untiesEmbeddings) {
    public MergedVariant {
        changed = List.copyOf(changed);
    }
}
