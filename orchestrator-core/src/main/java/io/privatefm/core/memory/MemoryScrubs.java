/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.ScrubTable;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Results of scrubs of one transaction. */
final class MemoryScrubs implements ScrubTable {
    private final Collection<NamespaceRow> namespaces;
    private final Predicate<NsUid> known;
    private final Map<NsUid, ScrubRow> scrubs;
    private final UndoLog undo;

    MemoryScrubs(
            Collection<NamespaceRow> namespaces, Predicate<NsUid> known, Map<NsUid, ScrubRow> scrubs, UndoLog undo) {
        this.namespaces = namespaces;
        this.known = known;
        this.scrubs = scrubs;
        this.undo = undo;
    }

    @Override
    public List<NamespaceRow> due(Instant before, int limit) {
        return notDeleted()
                .filter(row -> last(row).isBefore(before))
                .sorted(Comparator.comparing(this::last).thenComparing(NamespaceRow::learner))
                .limit(limit)
                .toList();
    }

    private Instant last(NamespaceRow namespace) {
        return find(namespace.nsUid()).map(ScrubRow::at).orElse(Instant.MIN);
    }

    @Override
    public Optional<ScrubRow> find(NsUid namespace) {
        return Optional.ofNullable(scrubs.get(namespace));
    }

    @Override
    public void put(ScrubRow row) {
        if (!known.test(row.nsUid())) {
            throw new IllegalArgumentException("no namespace " + row.nsUid());
        }
        undo.put(scrubs, row.nsUid(), row);
    }

    @Override
    public Tally tally(Instant since) {
        long found = notDeleted()
                .flatMap(namespace -> find(namespace.nsUid()).stream())
                .flatMap(row -> row.foundAt().stream())
                .filter(at -> !at.isBefore(since))
                .count();
        return new Tally(notDeleted().count(), found);
    }

    private Stream<NamespaceRow> notDeleted() {
        return namespaces.stream().filter(row -> row.state() != NamespaceState.DELETED);
    }
}
