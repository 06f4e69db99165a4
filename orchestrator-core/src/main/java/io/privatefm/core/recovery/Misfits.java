/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.adapter.AdapterArchive;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds the adapters that do not fit a foundation release: another shape, a missing layer, another base declared. */
public final class Misfits {
    private final AdapterArchive archive;

    public Misfits(AdapterArchive archive) {
        this.archive = archive;
    }

    /**
     * Why adapters do not fit, by subject; those that do are not in it. One whose stored files are damaged fits nothing.
     */
    public SortedMap<Subject, String> of(List<AdapterRow> inventory, Foundation foundation) {
        SortedMap<Subject, String> reasons = new TreeMap<>();
        inventory.forEach(row -> whyNot(row, foundation).ifPresent(reason -> reasons.put(row.subject(), reason)));
        return reasons;
    }

    /**
     * As {@link #of}, where every adapter is needed.
     *
     * @throws CorruptDataException if an adapter's stored files are damaged
     */
    SortedMap<Subject, String> ofSound(List<AdapterRow> inventory, Foundation foundation) {
        SortedMap<Subject, String> reasons = new TreeMap<>();
        inventory.forEach(row -> fit(row, foundation).ifPresent(reason -> reasons.put(row.subject(), reason)));
        return reasons;
    }

    private Optional<String> whyNot(AdapterRow row, Foundation foundation) {
        try {
            return fit(row, foundation);
        } catch (CorruptDataException e) {
            if (!e.verdict().isDamage()) {
                throw e;
            }
            return Optional.of("its stored files are damaged: " + e.getMessage());
        }
    }

    private Optional<String> fit(AdapterRow row, Foundation foundation) {
        if (row.trainedOn().isPresent() && !row.trainedOn().get().equals(foundation.contentHash())) {
            return Optional.of("it was trained on a foundation with content hash "
                    + row.trainedOn().get() + ", release "
                    + foundation.release().name() + " has "
                    + foundation.contentHash());
        }
        try (Adapter adapter = archive.open(row)) {
            adapter.fit(foundation.infos(), foundation.config());
            return Optional.empty();
        } catch (InvalidInputException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
