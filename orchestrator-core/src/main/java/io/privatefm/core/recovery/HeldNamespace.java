/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.journal.RecordedLog;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import java.util.List;
import java.util.Optional;

/** A namespace that this process works on alone, as it is now: its row, what its event log records, and its checkpoints, newest first. */
record HeldNamespace(NamespaceRow namespace, LeaseKeeper.Kept lease, RecordedLog log, List<CheckpointRow> rows) {
    HeldNamespace {
        rows = List.copyOf(rows);
    }

    Optional<CheckpointRow> head() {
        return rows.stream().findFirst();
    }

    HeldNamespace with(NamespaceRow next) {
        return new HeldNamespace(next, lease, log, rows);
    }
}
