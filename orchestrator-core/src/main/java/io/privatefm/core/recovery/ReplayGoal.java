/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a replay is to come to.
 *
 * @param release name of the foundation release
 * @param inventory the adapters that go in
 * @param registrations those of them that are earlier revisions, to be registered anew as the newest
 * @param asides adapters that are to be set aside
 * @param recorded the checkpoint that the result is held against
 */
record ReplayGoal(
        String release,
        List<AdapterRow> inventory,
        List<AdapterRow> registrations,
        SortedMap<Subject, Aside> asides,
        Optional<RecordedCheckpoint> recorded) {
    ReplayGoal {
        inventory = List.copyOf(inventory);
        registrations = List.copyOf(registrations);
        asides = Collections.unmodifiableSortedMap(new TreeMap<>(asides));
    }

    /** An adapter revision that does not go in any more, and why. */
    record Aside(int revision, String reason) {}
}
