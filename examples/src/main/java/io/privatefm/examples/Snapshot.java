/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrphanRow;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All rows of a {@link SnapshotStore}. */
final class Snapshot {
    final NavigableMap<LearnerId, NamespaceRow> namespaces = new TreeMap<>();
    final Table<NsUid, Long, EventRow> events = new Table<>();
    final Table<NsUid, Subject, NavigableMap<Integer, AdapterRow>> adapters = new Table<>();
    final Table<NsUid, Long, CheckpointRow> checkpoints = new Table<>();
    final Table<String, String, Instant> inbox = new Table<>();
    final NavigableMap<String, Given> leases = new TreeMap<>();
    final Table<NsUid, Long, Waiting> outbox = new Table<>();
    final Table<String, Long, AuditRow> auditLog = new Table<>();
    final NavigableMap<Long, AuditRow> auditPlaces = new TreeMap<>();
    final NavigableMap<Long, TreeHeadRow> treeHeads = new TreeMap<>();
    final Table<NsUid, Sha256, OrphanRow> orphans = new Table<>();
    final Table<NsUid, Long, DataKeyRow> keys = new Table<>();

    /** The last lease of its name. It stays when it is over, so that the next one has a higher fence. */
    record Given(Lease lease, boolean released) {}

    /** A message, not to be claimed before a point in time. */
    record Waiting(OutboxRow row, Instant notBefore) {}

    Snapshot copy() {
        Snapshot copy = new Snapshot();
        copy.namespaces.putAll(namespaces);
        copy.events.parts.putAll(events.parts);
        copy.adapters.parts.putAll(adapters.parts);
        copy.checkpoints.parts.putAll(checkpoints.parts);
        copy.inbox.parts.putAll(inbox.parts);
        copy.leases.putAll(leases);
        copy.outbox.parts.putAll(outbox.parts);
        copy.auditLog.parts.putAll(auditLog.parts);
        copy.auditPlaces.putAll(auditPlaces);
        copy.treeHeads.putAll(treeHeads);
        copy.orphans.parts.putAll(orphans.parts);
        copy.keys.parts.putAll(keys.parts);
        return copy;
    }

    /** Rows by a key of two parts. The rows of one part are a map that is replaced and never changed: copies share it. */
    static final class Table<P extends Comparable<P>, K extends Comparable<K>, R> {
        private final NavigableMap<P, NavigableMap<K, R>> parts = new TreeMap<>();

        /** The rows of a part, in ascending order of their keys. */
        NavigableMap<K, R> of(P part) {
            return parts.getOrDefault(part, Collections.emptyNavigableMap());
        }

        /** The row with the highest key of a part. */
        Optional<R> newest(P part) {
            return Optional.ofNullable(of(part).lastEntry()).map(Map.Entry::getValue);
        }

        /** All rows, part by part. */
        Stream<R> all() {
            return parts.values().stream().flatMap(rows -> rows.values().stream());
        }

        /** The row with the lowest key of each part. */
        Stream<R> oldest() {
            return parts.values().stream()
                    .flatMap(rows -> rows.values().stream().limit(1));
        }

        void put(P part, K key, R row) {
            NavigableMap<K, R> changed = new TreeMap<>(of(part));
            changed.put(key, row);
            parts.put(part, changed);
        }

        void remove(P part) {
            parts.remove(part);
        }

        void remove(P part, K key) {
            NavigableMap<K, R> changed = new TreeMap<>(of(part));
            changed.remove(key);
            parts.put(part, changed);
        }
    }
}
