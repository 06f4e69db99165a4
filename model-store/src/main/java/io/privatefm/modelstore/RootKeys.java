/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.WrongKeyException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The root keys that this process has.
 *
 * @param byId never changed
 */
record RootKeys(Map<String, RootKey> byId) {
    static RootKeys of(RootKey key, RootKey... more) {
        RootKeys keys = new RootKeys(Map.of(key.id(), key));
        for (RootKey other : more) {
            keys = keys.with(other);
        }
        return keys;
    }

    RootKeys with(RootKey key) {
        Map<String, RootKey> more = new TreeMap<>(byId);
        more.put(key.id(), key);
        return new RootKeys(Map.copyOf(more));
    }

    /**
     * The root key of this id.
     *
     * @param file what names it
     * @throws WrongKeyException if this process has not got it
     */
    RootKey require(String id, Path file) {
        @Nullable RootKey key = byId.get(id);
        if (key == null) {
            throw new WrongKeyException(Failures.shown(file) + ": goes by root key " + id + ", and this process has "
                    + String.join(", ", new TreeMap<>(byId).keySet())
                    + "; start it with the root key that this vault was set up with or rotated to, and while it is"
                    + " rotated with both");
        }
        return key;
    }

    /** Shows the ids alone. */
    @Override
    public String toString() {
        return new TreeMap<>(byId).keySet().toString();
    }
}
