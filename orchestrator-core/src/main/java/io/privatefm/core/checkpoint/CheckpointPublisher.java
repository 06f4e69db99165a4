/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Publishes a checkpoint: its blobs are durable and were read back, the manifest follows, then one transaction makes it the
 * newest. That transaction is the only commit point; a blob that no row refers to is an orphan and harmless.
 */
public final class CheckpointPublisher {
    private final SealedBlobs blobs;
    private final CheckpointReader reader;
    private final Supplier<String> operationIds;
    private final Journal journal;
    private final PublishCommit commit;

    /**
     * A publisher.
     *
     * @param operationIds gives a new unique id at each call
     */
    public CheckpointPublisher(
            OrchestratorStore store,
            SealedBlobs blobs,
            CheckpointReader reader,
            Supplier<String> operationIds,
            Journal journal,
            Backoff backoff) {
        this.blobs = blobs;
        this.reader = reader;
        this.operationIds = operationIds;
        this.journal = journal;
        this.commit = new PublishCommit(store, journal, backoff);
    }

    /**
     * Publishes what a plan led to.
     *
     * @throws io.privatefm.spi.CorruptDataException if a variant cannot be read back as it was merged; nothing was published
     * @throws io.privatefm.spi.ConflictException if the namespace has moved on since, or the lease was lost; nothing was published
     * @throws io.privatefm.spi.OutcomeUnknownException if the store did not answer any more; it may be published
     */
    CheckpointRow publish(Publication publication, Foundation foundation, List<MergedVariant> merged) {
        MergePlan plan = publication.plan();
        List<VariantEntry> entries = new ArrayList<>(publication.takenOver());
        for (MergedVariant variant : merged) {
            VariantEntry entry = VariantEntry.of(variant);
            reader.requireSound(plan.namespace(), entry, foundation);
            entries.add(entry);
        }
        entries.sort(Comparator.comparing(VariantEntry::name, CodePointOrder.COMPARATOR));
        Manifest manifest = new Manifest(
                plan.namespace(),
                plan.version(),
                publication.head().map(CheckpointRow::manifestBlob),
                foundation.release().name(),
                foundation.contentHash(),
                entries);
        Sha256 manifestBlob =
                blobs.write(manifest.context(), ManifestJson.write(manifest)).name();
        CheckpointRow row = manifest.row(operationIds.get(), manifestBlob, journal.now());
        commit.run(publication, row, entries);
        return row;
    }
}
