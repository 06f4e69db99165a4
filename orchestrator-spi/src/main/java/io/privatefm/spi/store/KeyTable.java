/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import java.util.List;

/** The namespaces' data keys, wrapped: worth nothing without the vault, which is kept elsewhere. */
public interface KeyTable {
    /**
     * Adds a data key.
     *
     * @throws io.privatefm.spi.ConflictException if the namespace has one of that generation
     */
    void put(DataKeyRow row);

    /** A namespace's data keys, in ascending order of generation. */
    List<DataKeyRow> of(NsUid namespace);
}
