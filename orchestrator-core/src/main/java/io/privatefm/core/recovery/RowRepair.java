/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.Manifest;
import io.privatefm.core.journal.EventType;
import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.NamespaceRows;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends checkpoint rows that say something else than the event log and the manifest, which agree with each other. The bytes are sound, so
 * nothing falls back.
 */
final class RowRepair {
    private static final Logger LOG = LoggerFactory.getLogger(RowRepair.class);

    private final OrchestratorStore store;
    private final CheckpointReader reader;
    private final Journal journal;
    private final Supplier<String> operationIds;

    RowRepair(OrchestratorStore store, CheckpointReader reader, Journal journal, Supplier<String> operationIds) {
        this.store = store;
        this.reader = reader;
        this.journal = journal;
        this.operationIds = operationIds;
    }

    /**
     * The row of a checkpoint, as its manifest has it; empty if the manifest is not that of the recorded checkpoint.
     *
     * @throws CorruptDataException if the manifest is damaged
     */
    private Optional<CheckpointRow> mended(NamespaceRow namespace, RecordedCheckpoint recorded) {
        Manifest manifest = reader.manifest(namespace.nsUid(), recorded.version(), recorded.manifest());
        if (!manifest.checkpointHash().equals(recorded.checkpointHash())) {
            return Optional.empty();
        }
        Instant at = recorded.at();
        return Optional.of(manifest.row(recorded.operationId().orElseGet(operationIds), recorded.manifest(), at));
    }

    /** The checkpoints' rows as the event log and the manifests have them, where they differ from those in the database. */
    List<CheckpointRow> repairs(NamespaceRow namespace, RecordedLog log, List<CheckpointRow> rows) {
        List<CheckpointRow> repairs = new ArrayList<>();
        for (long version : log.history().checkpoints().keySet()) {
            RecordedCheckpoint recorded = log.checkpoints().get(version);
            Optional<CheckpointRow> row = rows.stream()
                    .filter(candidate -> candidate.version() == version)
                    .findFirst();
            if (recorded == null) {
                continue;
            }
            try {
                mended(namespace, recorded)
                        .filter(mended -> row.isEmpty() || !isSame(mended, row.get()))
                        .ifPresent(repairs::add);
            } catch (CorruptDataException e) {
                LOG.debug("the manifest of version {} does not say what its row should be", version, e);
            }
        }
        return repairs;
    }

    private static boolean isSame(CheckpointRow mended, CheckpointRow row) {
        return mended.manifestBlob().equals(row.manifestBlob())
                && mended.checkpointHash().equals(row.checkpointHash())
                && mended.foundationRelease().equals(row.foundationRelease())
                && mended.foundationHash().equals(row.foundationHash())
                && mended.variants().equals(row.variants());
    }

    /** Puts rows in place of those that are there, under the namespace's lease. */
    void repair(NamespaceRow namespace, Lease lease, List<CheckpointRow> repairs) {
        for (CheckpointRow row : repairs) {
            Transactions.idempotent(store, tx -> replace(tx, namespace, lease, row));
            LOG.warn("the row of version {} of namespace {} was mended", row.version(), row.nsUid());
        }
    }

    private boolean replace(StoreTx tx, NamespaceRow namespace, Lease lease, CheckpointRow row) {
        if (!tx.leases().lock(lease)) {
            throw new ConflictException("another worker has the lease of namespace " + row.nsUid());
        }
        NamespaceRow now = NamespaceRows.require(tx, namespace);
        Optional<CheckpointRow> before = tx.checkpoint(row.nsUid(), row.version());
        if (before.map(found -> isSame(row, found)).orElse(false)) {
            return false; // by an attempt before this one, whose answer was lost
        }
        Instant at = before.map(CheckpointRow::createdAt).orElse(row.createdAt());
        tx.removeCheckpoint(row.nsUid(), row.version());
        tx.putCheckpoint(new CheckpointRow(
                row.nsUid(),
                row.version(),
                row.operationId(),
                row.checkpointHash(),
                row.manifestBlob(),
                row.foundationRelease(),
                row.foundationHash(),
                row.variants(),
                at));
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("version", row.version())
                .put("checkpoint_hash", row.checkpointHash().hex())
                .put(
                        "was",
                        before.map(CheckpointRow::checkpointHash)
                                .map(Sha256::hex)
                                .orElse(null));
        journal.change(tx, now)
                .event(EventType.CHECKPOINT_ROW_REPAIRED, payload)
                .audit(EventType.CHECKPOINT_ROW_REPAIRED.name(), row.operationId(), payload)
                .stillSettled()
                .write();
        return true;
    }
}
