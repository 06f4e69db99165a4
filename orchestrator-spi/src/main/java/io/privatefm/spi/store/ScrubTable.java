/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What scrubs found out, one row for each namespace that was scrubbed. */
public interface ScrubTable {
    /**
     * The namespaces whose turn it is: those without a row first, in ascending order of learner, then those with the oldest row
     * first, in ascending order of learner where that is the same. Without those in state {@link NamespaceState#DELETED}.
     *
     * @param before only namespaces without a row, or with {@link ScrubRow#at()} before this
     * @param limit at most this many, at least 1
     */
    List<NamespaceRow> due(Instant before, int limit);

    /**
     * The oldest {@link ScrubRow#at()} of all namespaces that have a row, without those in state {@link NamespaceState#DELETED}. This one
     * reads the rows of {@link #due} until it meets one; a store that can look it up overrides it.
     */
    default Optional<Instant> oldest() {
        int limit = 500;
        List<NamespaceRow> due;
        do {
            due = due(Instant.parse("9999-01-01T00:00:00Z"), limit);
            Optional<Instant> found = due.stream()
                    .flatMap(namespace -> find(namespace.nsUid()).stream())
                    .map(ScrubRow::at)
                    .findFirst();
            if (found.isPresent()) {
                return found;
            }
            limit *= 2;
        } while (2 * due.size() == limit);
        return Optional.empty();
    }

    /** The row of a namespace. */
    Optional<ScrubRow> find(NsUid namespace);

    /** Adds the row of a namespace, or replaces it. */
    void put(ScrubRow row);

    /** Counts for the breaker of fallbacks. */
    Tally tally(Instant since);

    /**
     * How many namespaces there are and how many of them were found damaged.
     *
     * @param namespaces those that are not in state {@link NamespaceState#DELETED}
     * @param found those of the rows whose {@link ScrubRow#foundAt()} is not before the time that was asked for
     */
    record Tally(long namespaces, long found) {}
}
