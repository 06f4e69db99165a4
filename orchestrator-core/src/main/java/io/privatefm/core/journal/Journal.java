/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.StoreTx;
import java.time.Instant;
import java.time.InstantSource;

/** Where changes of namespaces are written down, in the transaction that makes them. */
public final class Journal {
    private final InstantSource clock;
    private final boolean publishing;

    /**
     * A journal.
     *
     * @param clock time of entries, to the microsecond
     * @param publishing whether there is a bus that messages go to
     */
    public Journal(InstantSource clock, boolean publishing) {
        this.clock = clock;
        this.publishing = publishing;
    }

    /** The time, to the microsecond. */
    public Instant now() {
        return clock.instant();
    }

    /**
     * Begins a change of a namespace.
     *
     * @param namespace the row as it is now
     */
    public NamespaceChange change(StoreTx tx, NamespaceRow namespace) {
        return new NamespaceChange(tx, namespace, clock.instant(), publishing);
    }
}
