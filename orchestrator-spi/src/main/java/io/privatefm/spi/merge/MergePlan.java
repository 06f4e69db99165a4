/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.VariantRow;
import java.util.List;

/**
 * The next checkpoint of a namespace: what to compute and what to take over, decided before anything is read in bulk.
 *
 * @param version version of the checkpoint to publish
 * @param foundationRelease name of the release to merge on
 * @param foundationHash content hash of that release
 * @param compute variants whose inputs are new, in ascending order of name
 * @param takenOver variants whose inputs did not change, by reference
 * @param estimatedBytes bytes of foundation tensors to read, merge and write
 */
public record MergePlan(
        NsUid namespace,
        long version,
        String foundationRelease,
        Sha256 foundationHash,
        List<VariantPlan> compute,
        List<VariantRow> takenOver,
        long estimatedBytes) {
    public MergePlan {
        compute = List.copyOf(compute);
        takenOver = List.copyOf(takenOver);
    }
}
