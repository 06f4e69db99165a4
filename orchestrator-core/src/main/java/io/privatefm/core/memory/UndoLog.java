/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** How to take back the writes of one transaction. */
final class UndoLog {
    private final Deque<Runnable> undo = new ArrayDeque<>();

    /** Puts a value, to be taken back. */
    <K, V> void put(Map<K, V> map, K key, V value) {
        V before = map.put(key, value);
        undo.push(() -> {
            if (before == null) {
                map.remove(key);
            } else {
                map.put(key, before);
            }
        });
    }

    /** Removes a value, to be put back. */
    <K, V> void remove(Map<K, V> map, K key) {
        V before = map.remove(key);
        if (before != null) {
            undo.push(() -> map.put(key, before));
        }
    }

    /** Removes all values of such keys, to be put back. */
    <K, V> void removeIf(Map<K, V> map, Predicate<K> concerned) {
        List<K> keys = map.keySet().stream().filter(concerned).toList();
        keys.forEach(key -> remove(map, key));
    }

    /** Takes all writes back, the last one first. */
    void rollBack() {
        undo.forEach(Runnable::run);
    }
}
