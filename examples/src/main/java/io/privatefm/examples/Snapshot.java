/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.OutboxRow;
import java.time.Instant;
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All rows of a {@link SnapshotStore}, as one transaction sees them, and its time. A row's class is its table. In it, a row belongs
 * to a part, such as a namespace, where it has a key.
 */
record Snapshot(NavigableMap<Key, Object> rows, Instant now) {
    private static final Comparator<Key> ORDER = Comparator.comparing(
                    (Key key) -> key.table().getName())
            .thenComparing(Key::part)
            .thenComparing(Key::key);

    /** Where a row is. */
    record Key(Class<?> table, String part, String key) {
        static Key of(Class<?> table, Object part, Object key) {
            String inOrder = key instanceof Long number ? "%019d".formatted(number) : key.toString();
            return new Key(table, part.toString(), inOrder);
        }
    }

    /** The last lease of its name. It stays when it is over, so that the next one has a higher fence. */
    record Given(Lease lease, boolean released) {}

    /** A message, not to be claimed before a point in time. */
    record Waiting(OutboxRow row, Instant notBefore) {}

    /** A message that a consumer took. */
    record Taken(Instant at) {}

    static Snapshot empty() {
        return new Snapshot(new TreeMap<>(ORDER), Instant.EPOCH);
    }

    Snapshot copy(Instant later) {
        return new Snapshot(new TreeMap<>(rows), later);
    }

    /** All rows of a table, part by part. */
    <R> Stream<R> all(Class<R> table) {
        return rows.values().stream().filter(table::isInstance).map(table::cast);
    }

    /** The rows of a part, in ascending order of their keys. */
    <R> Stream<R> of(Class<R> table, Object part) {
        return from(table, part, "");
    }

    /** The rows of a part from a key on. */
    <R> Stream<R> from(Class<R> table, Object part, Object key) {
        var between = rows.subMap(Key.of(table, part, key), Key.of(table, part, "\uffff"));
        return between.values().stream().map(table::cast);
    }

    /** The row with the highest key of a part. */
    <R> Optional<R> newest(Class<R> table, Object part) {
        return of(table, part).reduce((older, newer) -> newer);
    }

    <R> Optional<R> find(Class<R> table, Object part, Object key) {
        return Optional.ofNullable(rows.get(Key.of(table, part, key))).map(table::cast);
    }

    void put(Object part, Object key, Object row) {
        rows.put(Key.of(row.getClass(), part, key), row);
    }

    /** Another transaction was first if the row is there: reading again and running the whole work again may help. */
    void putNew(Object part, Object key, Object row) {
        if (find(row.getClass(), part, key).isPresent()) {
            throw new ConflictException(key + " of " + part + " is there already");
        }
        put(part, key, row);
    }

    boolean remove(Class<?> table, Object part, Object key) {
        return rows.remove(Key.of(table, part, key)) != null;
    }

    /** Removes a part of some tables. */
    void removeAll(Set<Class<?>> tables, Object part) {
        rows.keySet().removeIf(key -> tables.contains(key.table()) && key.part().equals(part.toString()));
    }
}
