/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.seal.SealContext;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.VariantPlan;
import io.privatefm.spi.store.VariantRow;
import java.util.List;

/**
 * A variant in a manifest: all that is needed to read it, to check it, and to know what it was made of.
 *
 * @param since version of the checkpoint that it was computed for; later ones may have taken it over
 * @param changed digests of the tensors that differ from the foundation's, in ascending order of name
 */
public record VariantEntry(
        VariantPlan plan,
        long since,
        Sha256 contentHash,
        Sha256 blob,
        long blobBytes,
        boolean untiesEmbeddings,
        List<TensorDigest> changed) {
    public VariantEntry {
        changed = List.copyOf(changed);
    }

    static VariantEntry of(MergedVariant merged) {
        return new VariantEntry(
                merged.plan(),
                merged.version(),
                merged.contentHash(),
                merged.blob().name(),
                merged.blob().bytes(),
                merged.untiesEmbeddings(),
                merged.changed());
    }

    /** Its name. */
    public String name() {
        return plan.name();
    }

    Layout layout() {
        return plan.layout();
    }

    /** What its blob is. */
    SealContext context(NsUid namespace) {
        return new SealContext(namespace, SealContext.Role.VARIANT, since, name());
    }

    /** What the store keeps of it. */
    public VariantRow row() {
        return new VariantRow(name(), contentHash, plan.planHash(), layout(), blob, blobBytes, changed.size());
    }
}
