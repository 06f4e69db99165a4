/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.VariantRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
     * @param basis what the plan rested on, besides events
     * @param planned the row that the plan was made from, and the lease that it is merged under
     * @param head the newest checkpoint at that time
     * @throws io.privatefm.spi.CorruptDataException if a variant cannot be read back as it was merged; nothing was published
     * @throws ConflictException if the namespace has moved on since, or the lease was lost; nothing was published
     * @throws io.privatefm.spi.OutcomeUnknownException if the store did not answer any more; it may be published
     */
    public CheckpointRow publish(
            Planned planned,
            Sha256 basis,
            MergePlan plan,
            Foundation foundation,
            List<MergedVariant> merged,
            Optional<CheckpointRow> head) {
        List<VariantEntry> entries = new ArrayList<>();
        for (MergedVariant variant : merged) {
            VariantEntry entry = VariantEntry.of(variant);
            reader.requireSound(plan.namespace(), entry, foundation);
            entries.add(entry);
        }
        head.ifPresent(row -> entries.addAll(takenOver(plan, row)));
        entries.sort(Comparator.comparing(VariantEntry::name, CodePointOrder.COMPARATOR));
        Manifest manifest = new Manifest(
                plan.namespace(),
                plan.version(),
                head.map(CheckpointRow::manifestBlob),
                foundation.release().name(),
                foundation.contentHash(),
                entries);
        Sha256 manifestBlob =
                blobs.write(manifest.context(), ManifestJson.write(manifest)).name();
        CheckpointRow row = new CheckpointRow(
                plan.namespace(),
                plan.version(),
                operationIds.get(),
                manifest.checkpointHash(),
                manifestBlob,
                manifest.foundationRelease(),
                manifest.foundationHash(),
                entries.stream().map(VariantEntry::row).toList(),
                journal.now());
        commit.run(planned, row, basis);
        return row;
    }

    /** Entries of the variants that the plan takes over, from the manifest that they were published with. */
    private List<VariantEntry> takenOver(MergePlan plan, CheckpointRow head) {
        List<String> names = plan.takenOver().stream().map(VariantRow::name).toList();
        if (names.isEmpty()) {
            return List.of();
        }
        return reader.manifest(head).variants().stream()
                .filter(entry -> names.contains(entry.name()))
                .toList();
    }
}
