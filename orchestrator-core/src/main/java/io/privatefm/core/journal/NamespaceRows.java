/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.StoreTx;
import java.util.Optional;

/** Replaces rows of namespaces. */
public final class NamespaceRows {
    private NamespaceRows() {}

    /**
     * Replaces a namespace's row.
     *
     * @param next without the next revision number
     * @return the row as it is now
     * @throws ConflictException if it was changed by another writer meanwhile
     */
    public static NamespaceRow replace(StoreTx tx, NamespaceRow expected, NamespaceRow next) {
        NamespaceRow written = next.nextRevision();
        requireFirst(tx.compareAndSet(expected, written), expected);
        return written;
    }

    /** A namespace's row as it is now; empty if it is gone, or the learner has another. */
    public static Optional<NamespaceRow> find(StoreTx tx, NamespaceRow namespace) {
        return tx.find(namespace.learner()).filter(now -> now.nsUid().equals(namespace.nsUid()));
    }

    /**
     * A namespace's row as it is now.
     *
     * @throws ConflictException if it is gone, or the learner has another
     */
    public static NamespaceRow require(StoreTx tx, NamespaceRow namespace) {
        return find(tx, namespace)
                .orElseThrow(() -> new ConflictException("namespace " + namespace.nsUid() + " is gone"));
    }

    /**
     * Ends a transaction that was not the first to change a namespace.
     *
     * @throws ConflictException if another writer was first
     */
    public static void requireFirst(boolean isFirst, NamespaceRow expected) {
        if (!isFirst) {
            throw new ConflictException("namespace " + expected.nsUid() + " was changed by another writer");
        }
    }
}
