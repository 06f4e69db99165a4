/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.journal.EventLog;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.VariantRow;
import java.time.InstantSource;
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
    private final OrchestratorStore store;
    private final SealedBlobs blobs;
    private final CheckpointReader reader;
    private final Supplier<String> operationIds;
    private final InstantSource clock;

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
            InstantSource clock) {
        this.store = store;
        this.blobs = blobs;
        this.reader = reader;
        this.operationIds = operationIds;
        this.clock = clock;
    }

    /**
     * Publishes what a plan led to.
     *
     * @param namespace the row that the plan was made from
     * @param head the newest checkpoint at that time
     * @throws ConflictException if the namespace has moved on since; nothing was published
     */
    public CheckpointRow publish(
            NamespaceRow namespace,
            MergePlan plan,
            Foundation foundation,
            List<MergedVariant> merged,
            Optional<CheckpointRow> head) {
        List<VariantEntry> entries = new ArrayList<>();
        merged.forEach(variant -> entries.add(VariantEntry.of(variant)));
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
                blobs.write(plan.namespace(), ManifestJson.write(manifest)).name();
        CheckpointRow row = new CheckpointRow(
                plan.namespace(),
                plan.version(),
                operationIds.get(),
                manifest.checkpointHash(),
                manifestBlob,
                manifest.foundationRelease(),
                manifest.foundationHash(),
                entries.stream().map(VariantEntry::row).toList(),
                clock.instant());
        store.inTransaction(tx -> commit(tx, namespace, row));
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

    private static CheckpointRow commit(StoreTx tx, NamespaceRow planned, CheckpointRow row) {
        NamespaceRow now = tx.find(planned.learner()).orElseThrow(() -> new ConflictException("the namespace is gone"));
        boolean same = now.nsUid().equals(planned.nsUid())
                && now.state() == NamespaceState.ACTIVE
                && now.checkpointVersion() == row.version() - 1
                && now.foundationRelease().equals(row.foundationRelease());
        if (!same) {
            throw new ConflictException("namespace " + planned.nsUid() + " has moved on since version " + row.version()
                    + " was planned (state " + now.state() + ", version " + now.checkpointVersion() + ")");
        }
        tx.putCheckpoint(row);
        NamespaceRow next = EventLog.append(tx, now, EventLog.Type.MERGE_COMPLETED, payload(row), row.createdAt())
                .withCheckpoint(row.version());
        if (!tx.compareAndSet(now, next)) {
            throw new ConflictException("namespace " + planned.nsUid() + " was changed by another writer");
        }
        return row;
    }

    private static ObjectNode payload(CheckpointRow row) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("version", row.version())
                .put("checkpoint_hash", row.checkpointHash().hex())
                .put("manifest", row.manifestBlob().hex())
                .put("foundation_release", row.foundationRelease())
                .put("foundation_hash", row.foundationHash().hex());
        ObjectNode variants = payload.putObject("variants");
        row.variants()
                .forEach(variant ->
                        variants.put(variant.name(), variant.contentHash().hex()));
        return payload;
    }
}
