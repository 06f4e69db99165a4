/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.util.List;
import java.util.Set;

/** What orphan collection remembers from one sweep to the next. */
public interface OrphanTable {
    /** All blobs that a row of the namespace refers to: of every adapter revision and every checkpoint. */
    Set<Sha256> referenced(NsUid namespace);

    /** The namespace's orphans, in no order. */
    List<OrphanRow> of(NsUid namespace);

    /** Remembers an orphan as first seen now; one that is known stays as it is. */
    void remember(NsUid namespace, Sha256 blob);

    /** Forgets an orphan. Nothing happens if it is not known. */
    void forget(NsUid namespace, Sha256 blob);
}
