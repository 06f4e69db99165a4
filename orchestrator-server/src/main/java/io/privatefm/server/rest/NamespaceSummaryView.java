/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.core.NamespaceSummary;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A namespace in a list.
 *
 * @param lag null if the foundation store has not got its release
 */
record NamespaceSummaryView(
        String learnerId,
        String nsUid,
        List<String> subjects,
        String status,
        String foundationRelease,
        Optional<Integer> lag,
        boolean legalHold,
        boolean due,
        long checkpointVersion,
        Optional<String> checkpointHash,
        Optional<Instant> checkpointAt,
        Optional<ScrubView> lastScrub,
        long eventHead) {
    static NamespaceSummaryView of(NamespaceSummary namespace) {
        NamespaceRow row = namespace.row();
        return new NamespaceSummaryView(
                row.learner().value(),
                row.nsUid().value(),
                row.subjects().stream().map(Subject::value).toList(),
                row.state().name(),
                row.foundationRelease(),
                NamespaceView.lag(namespace),
                row.legalHold(),
                namespace.due(),
                row.checkpointVersion(),
                namespace.newest().map(checkpoint -> checkpoint.checkpointHash().hex()),
                namespace.newest().map(CheckpointRow::createdAt),
                namespace.scrub().map(ScrubView::of),
                row.eventHead());
    }
}
