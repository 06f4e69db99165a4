/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.server.night.Night;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Where everything stands, for operators. */
record OverviewView(
        Namespaces namespaces,
        Lag lag,
        Nights nights,
        Recovery recovery,
        Outbox outbox,
        Scrub scrub,
        Audit audit,
        Merges merges) {
    /** Tombstones of deleted namespaces count under their status, and not in the total. */
    record Namespaces(Map<String, Long> byStatus, long due, long total) {}

    /**
     * How far namespaces are behind.
     *
     * @param max of all that have a release that the foundation store knows
     * @param byReleases how many are that many releases behind
     */
    record Lag(int max, Map<String, Long> byReleases) {}

    record Nights(Optional<String> paused, Optional<Night> last) {}

    record Recovery(Optional<String> stopped) {}

    /** @param depth empty without a bus */
    record Outbox(OptionalLong depth) {}

    record Scrub(Optional<Instant> oldestAt, boolean never) {}

    record Audit(Optional<Long> size, Optional<String> root, Optional<Instant> signedAt, long unsequenced) {}

    record Merges(List<RecentMerge> recent) {}
}
