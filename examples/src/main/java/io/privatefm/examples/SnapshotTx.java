/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.examples.Snapshot.Given;
import io.privatefm.examples.Snapshot.Waiting;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.spi.store.AuditTable;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.KeyTable;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.LeaseTable;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrphanRow;
import io.privatefm.spi.store.OrphanTable;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.OutboxTable;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of a {@link SnapshotStore}: its rows and its time. Methods without a rule, such as {@link #now()} and {@link
 * #leases()}, are the record's accessors. The others check before they write, so that what is refused writes nothing.
 */
record SnapshotTx(Snapshot rows, Instant now, Leases leases, Outbox outbox, Audit audit, Orphans orphans, Keys keys)
        implements StoreTx {
    SnapshotTx(Snapshot rows, Instant now) {
        this(
                rows,
                now,
                new Leases(rows, now),
                new Outbox(rows, now),
                new Audit(rows),
                new Orphans(rows, now),
                new Keys(rows));
    }

    @Override
    public void insert(NamespaceRow row) {
        Stream<NsUid> uids = rows.namespaces.values().stream().map(NamespaceRow::nsUid);
        existsIf(find(row.learner()).isPresent() || uids.anyMatch(row.nsUid()::equals), "learner or uid taken");
        rows.namespaces.put(row.learner(), row);
    }

    @Override
    public Optional<NamespaceRow> find(LearnerId learner) {
        return Optional.ofNullable(rows.namespaces.get(learner));
    }

    @Override
    public List<NamespaceRow> namespaces(@Nullable LearnerId after, int limit) {
        return first(limit, after == null ? rows.namespaces : rows.namespaces.tailMap(after, false));
    }

    /** Compare and set: the revision decides. */
    @Override
    public boolean compareAndSet(NamespaceRow expected, NamespaceRow next) {
        Optional<NamespaceRow> same =
                find(expected.learner()).filter(row -> row.nsUid().equals(expected.nsUid()));
        boolean unchanged =
                same.filter(row -> row.revision() == expected.revision()).isPresent();
        existsIf(
                unchanged
                        && !next.learner().equals(expected.learner())
                        && find(next.learner()).isPresent(),
                "learner taken");
        if (unchanged) {
            rows.namespaces.remove(expected.learner());
            rows.namespaces.put(next.learner(), next);
        }
        return unchanged;
    }

    @Override
    public boolean erase(NamespaceRow expected, NamespaceRow tombstone) {
        boolean unchanged = compareAndSet(expected, tombstone);
        if (unchanged) {
            Stream.of(rows.events, rows.adapters, rows.checkpoints, rows.outbox, rows.orphans, rows.keys)
                    .forEach(table -> table.remove(expected.nsUid()));
        }
        return unchanged;
    }

    /** A log without gaps: core numbers the rows, the store sees that nobody appended meanwhile. */
    @Override
    public void append(NsUid namespace, long expectedHead, List<EventRow> events) {
        long head = rows.events.newest(namespace).map(EventRow::seq).orElse(0L);
        conflictIf(head != expectedHead, "the newest event is " + head + ", not " + expectedHead);
        events.forEach(row -> rows.events.put(namespace, row.seq(), row));
    }

    @Override
    public List<EventRow> events(NsUid namespace, long fromSeq, int limit) {
        return first(limit, rows.events.of(namespace).tailMap(fromSeq));
    }

    @Override
    public void putAdapter(AdapterRow row) {
        NavigableMap<Integer, AdapterRow> before = rows.adapters.of(row.nsUid()).get(row.subject());
        NavigableMap<Integer, AdapterRow> revisions = before == null ? new TreeMap<>() : new TreeMap<>(before);
        conflictIf(revisions.containsKey(row.revision()), "the adapter's revision is there");
        revisions.put(row.revision(), row);
        rows.adapters.put(row.nsUid(), row.subject(), revisions);
    }

    @Override
    public List<AdapterRow> adapters(NsUid namespace) {
        var subjects = rows.adapters.of(namespace).values().stream();
        return subjects.map(revisions -> revisions.lastEntry().getValue()).toList();
    }

    @Override
    public void putCheckpoint(CheckpointRow row) {
        boolean version = checkpoint(row.nsUid(), row.version()).isPresent();
        boolean operation = checkpointOf(row.operationId()).isPresent();
        existsIf(version || operation, "the version or the operation is there");
        rows.checkpoints.put(row.nsUid(), row.version(), row);
    }

    @Override
    public boolean removeCheckpoint(NsUid namespace, long version) {
        boolean there = checkpoint(namespace, version).isPresent();
        rows.checkpoints.remove(namespace, version);
        return there;
    }

    @Override
    public Optional<CheckpointRow> checkpoint(NsUid namespace, long version) {
        return Optional.ofNullable(rows.checkpoints.of(namespace).get(version));
    }

    @Override
    public List<CheckpointRow> checkpoints(NsUid namespace, int limit) {
        return first(limit, rows.checkpoints.of(namespace).descendingMap());
    }

    /** How core finds out what became of a lost commit; a database has a unique index for it. */
    @Override
    public Optional<CheckpointRow> checkpointOf(String operationId) {
        Stream<CheckpointRow> all = rows.checkpoints.all();
        return all.filter(row -> row.operationId().equals(operationId)).findFirst();
    }

    @Override
    public boolean firstTime(String consumer, String messageId) {
        boolean first = !rows.inbox.of(consumer).containsKey(messageId);
        rows.inbox.put(consumer, messageId, now);
        return first;
    }

    /** Each lease of a name has the next fence, for good: it tells a holder that slept from the one after it. */
    record Leases(Snapshot rows, Instant now) implements LeaseTable {
        @Override
        public Optional<Lease> acquire(String name, String holder, Duration ttl) {
            Given last = rows.leases.get(name);
            if (last != null && !last.released() && last.lease().expiresAt().isAfter(now)) {
                return Optional.empty();
            }
            return Optional.of(seize(name, holder, ttl));
        }

        @Override
        public Lease seize(String name, String holder, Duration ttl) {
            Given last = rows.leases.get(name);
            long fence = last == null ? 1 : last.lease().fence() + 1;
            Lease lease = new Lease(name, holder, fence, now.plus(ttl));
            rows.leases.put(name, new Given(lease, false));
            return lease;
        }

        @Override
        public boolean renew(Lease lease, Duration ttl) {
            Lease longer = new Lease(lease.name(), lease.holder(), lease.fence(), now.plus(ttl));
            return lock(lease) && rows.leases.put(lease.name(), new Given(longer, false)) != null;
        }

        @Override
        public void release(Lease lease) {
            if (lock(lease)) {
                rows.leases.put(lease.name(), new Given(lease, true));
            }
        }

        /** The fence decides, not the time. There is nothing to lock: no other transaction runs. */
        @Override
        public boolean lock(Lease lease) {
            Given last = rows.leases.get(lease.name());
            return last != null && !last.released() && last.lease().fence() == lease.fence();
        }
    }

    /** One message in flight in each namespace: only its oldest can be claimed, and stays until it is removed. */
    record Outbox(Snapshot rows, Instant now) implements OutboxTable {
        @Override
        public void enqueue(OutboxRow row) {
            conflictIf(rows.outbox.of(row.nsUid()).containsKey(row.seq()), "the number is taken");
            rows.outbox.put(row.nsUid(), row.seq(), new Waiting(row, now));
        }

        @Override
        public List<OutboxRow> claim(int max, Duration ttl) {
            // whoever waits longest comes first, so that no namespace is forgotten
            var oldest = rows.outbox.oldest().sorted(Comparator.comparing(Waiting::notBefore));
            var ready = oldest.filter(waiting -> !waiting.notBefore().isAfter(now));
            var claimed = ready.limit(max).map(Waiting::row).collect(Collectors.toCollection(ArrayList::new));
            claimed.forEach(row -> postpone(row, ttl));
            return claimed;
        }

        @Override
        public void remove(OutboxRow row) {
            rows.outbox.remove(row.nsUid(), row.seq());
        }

        @Override
        public void postpone(OutboxRow row, Duration delay) {
            if (rows.outbox.of(row.nsUid()).containsKey(row.seq())) {
                rows.outbox.put(row.nsUid(), row.seq(), new Waiting(row, now.plus(delay)));
            }
        }

        @Override
        public long depth() {
            return rows.outbox.all().count();
        }
    }

    /** Entries are in their chain at once; their place in the log's tree is given later, each place and each entry once. */
    record Audit(Snapshot rows) implements AuditTable {
        @Override
        public Optional<AuditRow> newest(String chain) {
            return rows.auditLog.newest(chain);
        }

        @Override
        public void append(AuditRow row) {
            conflictIf(rows.auditLog.of(row.chain()).containsKey(row.seq()), "the number is taken");
            rows.auditLog.put(row.chain(), row.seq(), row);
        }

        @Override
        public List<AuditRow> unsequenced(int limit) {
            Set<AuditRow> placed = new HashSet<>(rows.auditPlaces.values());
            Stream<AuditRow> waiting = rows.auditLog.all().filter(row -> !placed.contains(row));
            return waiting.limit(limit).toList();
        }

        @Override
        public void sequence(long firstIndex, List<AuditRow> entries) {
            boolean entryTaken = !Collections.disjoint(rows.auditPlaces.values(), entries);
            conflictIf(entryTaken || !rows.auditPlaces.tailMap(firstIndex).isEmpty(), "a place or an entry is taken");
            entries.forEach(row -> rows.auditPlaces.put(firstIndex + entries.indexOf(row), row));
        }

        @Override
        public List<SequencedAuditRow> sequenced(long fromIndex, int limit) {
            var places = rows.auditPlaces.tailMap(fromIndex).entrySet().stream().limit(limit);
            return places.map(place -> new SequencedAuditRow(place.getKey(), place.getValue()))
                    .toList();
        }

        @Override
        public void putHead(TreeHeadRow head) {
            conflictIf(rows.treeHeads.containsKey(head.size()), "there is a tree head of that size");
            rows.treeHeads.put(head.size(), head);
        }

        @Override
        public List<TreeHeadRow> heads(long afterSize, int limit) {
            return SnapshotTx.first(limit, rows.treeHeads.tailMap(afterSize, false));
        }

        @Override
        public Optional<TreeHeadRow> newestHead() {
            return Optional.ofNullable(rows.treeHeads.lastEntry()).map(Map.Entry::getValue);
        }
    }

    /** Orphans keep the time at which they were seen first. */
    record Orphans(Snapshot rows, Instant now) implements OrphanTable {
        @Override
        public Set<Sha256> referenced(NsUid namespace) {
            Set<Sha256> blobs = new HashSet<>();
            var adapters = rows.adapters.of(namespace).values().stream().flatMap(all -> all.values().stream());
            adapters.forEach(row -> Collections.addAll(blobs, row.configBlob(), row.weightsBlob()));
            for (CheckpointRow row : rows.checkpoints.of(namespace).values()) {
                blobs.add(row.manifestBlob());
                row.variants().forEach(variant -> blobs.add(variant.blob()));
            }
            return blobs;
        }

        @Override
        public List<OrphanRow> of(NsUid namespace) {
            return List.copyOf(rows.orphans.of(namespace).values());
        }

        @Override
        public void remember(NsUid namespace, Sha256 blob) {
            OrphanRow first = rows.orphans.of(namespace).getOrDefault(blob, new OrphanRow(namespace, blob, now));
            rows.orphans.put(namespace, blob, first);
        }

        @Override
        public void forget(NsUid namespace, Sha256 blob) {
            rows.orphans.remove(namespace, blob);
        }
    }

    /** Never changed, never given away: each generation once. */
    record Keys(Snapshot rows) implements KeyTable {
        @Override
        public void put(DataKeyRow row) {
            boolean id = rows.keys.all().map(DataKeyRow::keyId).anyMatch(row.keyId()::equals);
            conflictIf(
                    id || rows.keys.of(row.nsUid()).containsKey(row.generation()), "the generation or the id is there");
            rows.keys.put(row.nsUid(), row.generation(), row);
        }

        @Override
        public List<DataKeyRow> of(NsUid namespace) {
            return List.copyOf(rows.keys.of(namespace).values());
        }
    }

    private static <R> List<R> first(int limit, Map<?, R> rows) {
        return rows.values().stream().limit(limit).toList();
    }

    /** Core asked for something that is there already: asking again would not help. */
    private static void existsIf(boolean exists, String message) {
        if (exists) {
            throw new AlreadyExistsException(message);
        }
    }

    /** Another transaction was first: reading again and running the whole work again may help. */
    private static void conflictIf(boolean conflict, String message) {
        if (conflict) {
            throw new ConflictException(message);
        }
    }
}
