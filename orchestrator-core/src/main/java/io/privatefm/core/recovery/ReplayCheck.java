/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.journal.Journal;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.core.journal.RecordedLog;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.ReplayReport;
import io.privatefm.spi.recovery.RestorePoint;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Computes a namespace's newest checkpoint once more, without publishing it; and finds the checkpoint that a time means. */
public final class ReplayCheck {
    private final OrchestratorStore store;
    private final Journal journal;
    private final Replays replays;
    private final Replayer replayer;

    ReplayCheck(OrchestratorStore store, Journal journal, Replays replays, Replayer replayer) {
        this.store = store;
        this.journal = journal;
        this.replays = replays;
        this.replayer = replayer;
    }

    /**
     * Whether the newest checkpoint can be computed again, bit for bit.
     *
     * @throws io.privatefm.spi.PfmException if it cannot be computed now
     */
    public ReplayReport prove(NamespaceRow namespace) {
        RecordedLog log = journal.recorded(store, namespace.nsUid());
        return replayer.prove(namespace, replays.asRecorded(namespace, log));
    }

    /**
     * What a restore point asks for.
     *
     * @throws InvalidInputException if there was no checkpoint yet
     */
    public FallbackWish wish(NamespaceRow namespace, RestorePoint point) {
        if (point instanceof RestorePoint.Version version) {
            return FallbackWish.restore(version.version());
        }
        if (point instanceof RestorePoint.Time time) {
            return FallbackWish.restore(newestAt(namespace, time.at()));
        }
        return FallbackWish.of(FallbackCause.REQUEST);
    }

    /** The newest version at a time, by the times that the checkpoints' rows show; where there is no row any more, by the event log. */
    private long newestAt(NamespaceRow namespace, Instant time) {
        Map<Long, Instant> shown = new HashMap<>();
        store.inTransaction(tx -> tx.checkpoints(namespace.nsUid(), Integer.MAX_VALUE))
                .forEach(row -> shown.put(row.version(), row.createdAt()));
        return journal.recorded(store, namespace.nsUid()).checkpoints().values().stream()
                .filter(checkpoint -> !shown.getOrDefault(checkpoint.version(), checkpoint.at())
                        .isAfter(time))
                .mapToLong(RecordedCheckpoint::version)
                .max()
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.CHECKPOINT_NOT_FOUND, "there was no checkpoint yet at " + time));
    }
}
