/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.SwitchTable;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One look at a store.
 *
 * @param neverScrubbed at most {@link #MOST_COUNTED}
 * @param oldestScrub empty if nothing was scrubbed
 * @param sequenced how many audit entries have a place under a signed head
 */
record StoreView(
        List<NamespaceCount> namespaces,
        long outbox,
        long neverScrubbed,
        Optional<Duration> oldestScrub,
        boolean fallbacksStopped,
        boolean nightsPaused,
        long sequenced,
        long unsequenced) {
    /** Namespaces that no scrub has seen are read to be counted, up to this many. */
    static final int MOST_COUNTED = 1000;

    /** When that was scrubbed of which is known only what a read has met. */
    private static final Instant NEVER = Instant.EPOCH;

    StoreView {
        namespaces = List.copyOf(namespaces);
    }

    /** Looks at it, by one transaction that writes nothing. */
    static StoreView of(OrchestratorStore store) {
        return store.inTransaction(StoreView::of);
    }

    private static StoreView of(StoreTx tx) {
        Instant now = tx.now();
        return new StoreView(
                tx.count(),
                tx.outbox().depth(),
                tx.scrubs().due(NEVER.plusSeconds(1), MOST_COUNTED).size(),
                tx.scrubs().oldest().filter(NEVER::isBefore).map(at -> Duration.between(at, now)),
                tx.switches().find(SwitchTable.FALLBACKS).isPresent(),
                tx.switches().find(SwitchTable.NIGHTS).isPresent(),
                tx.audit().newestHead().map(TreeHeadRow::size).orElse(0L),
                tx.audit().waiting());
    }
}
