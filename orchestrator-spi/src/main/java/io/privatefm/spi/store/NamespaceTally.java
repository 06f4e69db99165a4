/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts namespaces of a store that does not count them itself. */
final class NamespaceTally {
    private static final int PAGE = 500;

    private final Map<Kind, Long> counts = new HashMap<>();

    private record Kind(NamespaceState state, String foundationRelease, boolean due) {}

    private NamespaceTally() {}

    /** Counts all of them, a page at a time. */
    static List<NamespaceCount> of(StoreTx tx) {
        NamespaceTally tally = new NamespaceTally();
        for (List<NamespaceRow> page = tx.namespaces(null, PAGE);
                !page.isEmpty();
                page = tx.namespaces(page.get(page.size() - 1).learner(), PAGE)) {
            page.forEach(tally::add);
        }
        return tally.counts();
    }

    private void add(NamespaceRow row) {
        counts.merge(new Kind(row.state(), row.foundationRelease(), row.isDue()), 1L, Long::sum);
    }

    private List<NamespaceCount> counts() {
        return counts.entrySet().stream()
                .map(entry -> new NamespaceCount(
                        entry.getKey().state(),
                        entry.getKey().foundationRelease(),
                        entry.getKey().due(),
                        entry.getValue()))
                .sorted(NamespaceCount.ORDER)
                .toList();
    }
}
