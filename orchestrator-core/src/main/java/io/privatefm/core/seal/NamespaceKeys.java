/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import java.util.List;
import java.util.Optional;

/**
 * A namespace's data keys.
 *
 * @param keys in ascending order of generation, at least one
 */
record NamespaceKeys(List<DataKey> keys) {
    NamespaceKeys {
        keys = List.copyOf(keys);
    }

    /** The one that encrypts. */
    DataKey newest() {
        return keys.get(keys.size() - 1);
    }

    /** The one that something was encrypted with. */
    Optional<DataKey> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }
}
