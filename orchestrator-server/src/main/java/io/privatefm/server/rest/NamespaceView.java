/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.core.NamespaceSummary;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.NamespaceRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A namespace as callers see it.
 *
 * @param lag null if the foundation store has not got its release
 */
record NamespaceView(
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
        Map<String, VariantView> variants,
        long eventHead) {
    static NamespaceView of(NamespaceSummary namespace) {
        NamespaceRow row = namespace.row();
        return new NamespaceView(
                row.learner().value(),
                row.nsUid().value(),
                row.subjects().stream().map(Subject::value).toList(),
                row.state().name(),
                row.foundationRelease(),
                lag(namespace),
                row.legalHold(),
                namespace.due(),
                row.checkpointVersion(),
                namespace.newest().map(checkpoint -> checkpoint.checkpointHash().hex()),
                namespace.newest().map(VariantView::of).orElse(Map.of()),
                row.eventHead());
    }

    static Optional<Integer> lag(NamespaceSummary namespace) {
        return namespace.lag() == NamespaceSummary.UNKNOWN_LAG ? Optional.empty() : Optional.of(namespace.lag());
    }

    /** Its entity tag: the row changes with each revision, the lag with the foundation's releases. */
    static String tag(NamespaceSummary namespace) {
        return "\"" + namespace.row().revision() + "-"
                + lag(namespace).map(Object::toString).orElse("unknown") + "\"";
    }
}
