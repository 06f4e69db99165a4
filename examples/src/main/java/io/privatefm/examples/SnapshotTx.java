/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import io.privatefm.examples.Snapshot.Given;
import io.privatefm.examples.Snapshot.Taken;
import io.privatefm.examples.Snapshot.Waiting;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
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
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.OrphanRow;
import io.privatefm.spi.store.OrphanTable;
import io.privatefm.spi.store.OutboxRow;
import io.privatefm.spi.store.OutboxTable;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.ScrubTable;
import io.privatefm.spi.store.SequencedAuditRow;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.SwitchTable;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
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
record SnapshotTx(
        Snapshot rows,
        Instant now,
        Leases leases,
        Outbox outbox,
        Audit audit,
        Orphans orphans,
        Keys keys,
        Scrubs scrubs,
        Switches switches)
        implements StoreTx {
    private static final Set<Class<?>> OWNED = Set.of(
            EventRow.class,
            AdapterRow.class,
            CheckpointRow.class,
            Waiting.class,
            OrphanRow.class,
            DataKeyRow.class,
            ScrubRow.class);

    SnapshotTx(Snapshot all) {
        this(
                all,
                all.now(),
                new Leases(all),
                new Outbox(all),
                new Audit(all),
                new Orphans(all),
                new Keys(all),
                new Scrubs(all),
                new Switches(all));
    }

    @Override
    public void insert(NamespaceRow row) {
        boolean uid = rows.find(NamespaceRow.class, "", row.nsUid()).isPresent();
        existsIf(uid || find(row.learner()).isPresent(), "learner or uid taken");
        rows.put("", row.nsUid(), row);
    }

    @Override
    public Optional<NamespaceRow> find(LearnerId learner) {
        Stream<NamespaceRow> all = rows.all(NamespaceRow.class);
        return all.filter(row -> row.learner().equals(learner)).findFirst();
    }

    @Override
    public List<NamespaceRow> namespaces(@Nullable LearnerId after, int limit) {
        var rest = rows.all(NamespaceRow.class)
                .filter(row -> after == null || row.learner().compareTo(after) > 0);
        return rest.sorted(Comparator.comparing(NamespaceRow::learner))
                .limit(limit)
                .toList();
    }

    /** Compare and set: the revision decides. */
    @Override
    public boolean compareAndSet(NamespaceRow expected, NamespaceRow next) {
        boolean unchanged = isUnchanged(expected);
        if (unchanged) {
            rows.put("", expected.nsUid(), next);
        }
        return unchanged;
    }

    @Override
    public boolean erase(NamespaceRow expected, NamespaceRow tombstone) {
        Optional<NamespaceRow> other =
                find(tombstone.learner()).filter(row -> !row.nsUid().equals(tombstone.nsUid()));
        existsIf(other.isPresent() && isUnchanged(expected), "learner taken");
        boolean unchanged = compareAndSet(expected, tombstone);
        rows.removeAll(unchanged ? OWNED : Set.of(), expected.nsUid());
        return unchanged;
    }

    private boolean isUnchanged(NamespaceRow expected) {
        Optional<NamespaceRow> now = rows.find(NamespaceRow.class, "", expected.nsUid());
        return now.filter(row -> row.revision() == expected.revision()).isPresent();
    }

    /** A log without gaps: core numbers the rows, the store sees that nobody appended meanwhile. */
    @Override
    public void append(NsUid namespace, long expectedHead, List<EventRow> events) {
        long head = rows.newest(EventRow.class, namespace).map(EventRow::seq).orElse(0L);
        conflictIf(head != expectedHead, "the newest event is " + head + ", not " + expectedHead);
        events.forEach(row -> rows.put(namespace, row.seq(), row));
    }

    @Override
    public List<EventRow> events(NsUid namespace, long fromSeq, int limit) {
        return rows.from(EventRow.class, namespace, fromSeq).limit(limit).toList();
    }

    @Override
    public void putAdapter(AdapterRow row) {
        rows.putNew(row.nsUid(), row.subject() + "/" + row.revision(), row);
    }

    @Override
    public boolean setAside(NsUid namespace, Subject subject, int revision) {
        String key = subject + "/" + revision;
        Optional<AdapterRow> found = rows.find(AdapterRow.class, namespace, key);
        found.ifPresent(row -> rows.put(namespace, key, row.withSetAside()));
        return found.isPresent();
    }

    @Override
    public List<AdapterRow> adapters(NsUid namespace) {
        NavigableMap<Subject, AdapterRow> newest = new TreeMap<>();
        var inOrder = rows.of(AdapterRow.class, namespace).sorted(Comparator.comparing(AdapterRow::revision));
        inOrder.forEach(row -> newest.put(row.subject(), row));
        return List.copyOf(newest.values());
    }

    @Override
    public void putCheckpoint(CheckpointRow row) {
        boolean version = checkpoint(row.nsUid(), row.version()).isPresent();
        existsIf(version || checkpointOf(row.operationId()).isPresent(), "the version or the operation is there");
        rows.put(row.nsUid(), row.version(), row);
    }

    @Override
    public boolean removeCheckpoint(NsUid namespace, long version) {
        return rows.remove(CheckpointRow.class, namespace, version);
    }

    @Override
    public Optional<CheckpointRow> checkpoint(NsUid namespace, long version) {
        return rows.find(CheckpointRow.class, namespace, version);
    }

    @Override
    public List<CheckpointRow> checkpoints(NsUid namespace, int limit) {
        Comparator<CheckpointRow> order = Comparator.comparing(CheckpointRow::version);
        var newestFirst = rows.of(CheckpointRow.class, namespace).sorted(order.reversed());
        return newestFirst.limit(limit).toList();
    }

    /** How core finds out what became of a lost commit; a database has a unique index for it. */
    @Override
    public Optional<CheckpointRow> checkpointOf(String operationId) {
        Stream<CheckpointRow> all = rows.all(CheckpointRow.class);
        return all.filter(row -> row.operationId().equals(operationId)).findFirst();
    }

    @Override
    public boolean firstTime(String consumer, String messageId) {
        boolean first = rows.find(Taken.class, consumer, messageId).isEmpty();
        rows.put(consumer, messageId, new Taken(now));
        return first;
    }

    @Override
    public boolean taken(String consumer, String messageId) {
        return rows.find(Taken.class, consumer, messageId).isPresent();
    }

    /** Each lease of a name has the next fence, for good: it tells a holder that slept from the one after it. */
    record Leases(Snapshot rows) implements LeaseTable {
        @Override
        public Optional<Lease> acquire(String name, String holder, Duration ttl) {
            Optional<Given> last = rows.find(Given.class, "", name).filter(given -> !given.released());
            Optional<Instant> end = last.map(given -> given.lease().expiresAt()).filter(rows.now()::isBefore);
            return end.isPresent() ? Optional.empty() : Optional.of(seize(name, holder, ttl));
        }

        @Override
        public Lease seize(String name, String holder, Duration ttl) {
            Optional<Given> last = rows.find(Given.class, "", name);
            long fence = last.map(given -> given.lease().fence()).orElse(0L) + 1;
            return give(name, holder, fence, ttl);
        }

        private Lease give(String name, String holder, long fence, Duration ttl) {
            Lease lease = new Lease(name, holder, fence, rows.now().plus(ttl));
            rows.put("", name, new Given(lease, false));
            return lease;
        }

        @Override
        public boolean renew(Lease lease, Duration ttl) {
            return lock(lease) && give(lease.name(), lease.holder(), lease.fence(), ttl) != null;
        }

        @Override
        public void release(Lease lease) {
            if (lock(lease)) {
                rows.put("", lease.name(), new Given(lease, true));
            }
        }

        /** The fence decides, not the time. There is nothing to lock: no other transaction runs. */
        @Override
        public boolean lock(Lease lease) {
            Optional<Given> last = rows.find(Given.class, "", lease.name());
            Optional<Lease> current = last.filter(given -> !given.released()).map(Given::lease);
            return current.filter(now -> now.fence() == lease.fence()).isPresent();
        }
    }

    /** One message in flight in each namespace: only its oldest can be claimed, and stays until it is removed. */
    record Outbox(Snapshot rows) implements OutboxTable {
        @Override
        public void enqueue(OutboxRow row) {
            rows.putNew(row.nsUid(), row.seq(), new Waiting(row, rows.now()));
        }

        @Override
        public List<OutboxRow> claim(int max, Duration ttl) {
            NavigableMap<NsUid, Waiting> oldest = new TreeMap<>();
            rows.all(Waiting.class)
                    .forEach(waiting -> oldest.putIfAbsent(waiting.row().nsUid(), waiting));
            // whoever waits longest comes first, so that no namespace is forgotten
            var inOrder = oldest.values().stream().sorted(Comparator.comparing(Waiting::notBefore));
            var ready = inOrder.filter(waiting -> !waiting.notBefore().isAfter(rows.now()));
            List<OutboxRow> claimed = ready.limit(max).map(Waiting::row).toList();
            claimed.forEach(row -> postpone(row, ttl));
            return claimed;
        }

        @Override
        public void remove(OutboxRow row) {
            rows.remove(Waiting.class, row.nsUid(), row.seq());
        }

        @Override
        public void postpone(OutboxRow row, Duration delay) {
            if (rows.remove(Waiting.class, row.nsUid(), row.seq())) {
                rows.put(row.nsUid(), row.seq(), new Waiting(row, rows.now().plus(delay)));
            }
        }

        @Override
        public long depth() {
            return rows.all(Waiting.class).count();
        }
    }

    /** Entries are in their chain at once; their place in the log's tree is given later, each place and each entry once. */
    record Audit(Snapshot rows) implements AuditTable {
        @Override
        public Optional<AuditRow> newest(String chain) {
            return rows.newest(AuditRow.class, chain);
        }

        @Override
        public void append(AuditRow row) {
            rows.putNew(row.chain(), row.seq(), row);
        }

        @Override
        public List<AuditRow> unsequenced(int limit) {
            Set<AuditRow> placed = placed();
            Stream<AuditRow> all = rows.all(AuditRow.class);
            return all.filter(row -> !placed.contains(row)).limit(limit).toList();
        }

        @Override
        public void sequence(long firstIndex, List<AuditRow> entries) {
            conflictIf(!Collections.disjoint(placed(), entries), "an entry has a place");
            long index = firstIndex;
            for (AuditRow row : entries) {
                rows.putNew("", index, new SequencedAuditRow(index, row));
                index++;
            }
        }

        @Override
        public List<SequencedAuditRow> sequenced(long fromIndex, int limit) {
            return rows.from(SequencedAuditRow.class, "", fromIndex)
                    .limit(limit)
                    .toList();
        }

        private Set<AuditRow> placed() {
            return rows.all(SequencedAuditRow.class).map(SequencedAuditRow::row).collect(Collectors.toSet());
        }

        @Override
        public void putHead(TreeHeadRow head) {
            rows.putNew("", head.size(), head);
        }

        @Override
        public List<TreeHeadRow> heads(long afterSize, int limit) {
            return rows.from(TreeHeadRow.class, "", afterSize + 1).limit(limit).toList();
        }

        @Override
        public Optional<TreeHeadRow> newestHead() {
            return rows.newest(TreeHeadRow.class, "");
        }
    }

    /** Orphans keep the time at which they were seen first. */
    record Orphans(Snapshot rows) implements OrphanTable {
        @Override
        public Set<Sha256> referenced(NsUid namespace) {
            Set<Sha256> blobs = new HashSet<>();
            var adapters = rows.of(AdapterRow.class, namespace);
            adapters.forEach(row -> Collections.addAll(blobs, row.configBlob(), row.weightsBlob()));
            rows.of(CheckpointRow.class, namespace).forEach(row -> {
                blobs.add(row.manifestBlob());
                row.variants().forEach(variant -> blobs.add(variant.blob()));
            });
            return blobs;
        }

        @Override
        public List<OrphanRow> of(NsUid namespace) {
            return rows.of(OrphanRow.class, namespace).toList();
        }

        @Override
        public void remember(NsUid namespace, Sha256 blob) {
            Optional<OrphanRow> before = rows.find(OrphanRow.class, namespace, blob);
            rows.put(namespace, blob, before.orElse(new OrphanRow(namespace, blob, rows.now())));
        }

        @Override
        public void forget(NsUid namespace, Sha256 blob) {
            rows.remove(OrphanRow.class, namespace, blob);
        }
    }

    /** Each generation of a namespace once, and each id. */
    record Keys(Snapshot rows) implements KeyTable {
        @Override
        public void put(DataKeyRow row) {
            Stream<String> ids = rows.all(DataKeyRow.class).map(DataKeyRow::keyId);
            conflictIf(ids.anyMatch(row.keyId()::equals), "the key's id is there");
            rows.putNew(row.nsUid(), row.generation(), row);
        }

        @Override
        public List<DataKeyRow> of(NsUid namespace) {
            return rows.of(DataKeyRow.class, namespace).toList();
        }
    }

    /** One row for each namespace that was scrubbed. Those that never were come first. */
    record Scrubs(Snapshot rows) implements ScrubTable {
        @Override
        public List<NamespaceRow> due(Instant before, int limit) {
            var due = notDeleted().filter(row -> last(row).isBefore(before));
            var order = Comparator.comparing(this::last).thenComparing(NamespaceRow::learner);
            return due.sorted(order).limit(limit).toList();
        }

        private Instant last(NamespaceRow namespace) {
            return find(namespace.nsUid()).map(ScrubRow::at).orElse(Instant.MIN);
        }

        @Override
        public Optional<ScrubRow> find(NsUid namespace) {
            return rows.find(ScrubRow.class, namespace, "");
        }

        @Override
        public void put(ScrubRow row) {
            rows.put(row.nsUid(), "", row);
        }

        @Override
        public Tally tally(Instant since) {
            var found = notDeleted().flatMap(row -> find(row.nsUid()).flatMap(ScrubRow::foundAt).stream());
            return new Tally(
                    notDeleted().count(),
                    found.filter(at -> !at.isBefore(since)).count());
        }

        private Stream<NamespaceRow> notDeleted() {
            return rows.all(NamespaceRow.class).filter(row -> row.state() != NamespaceState.DELETED);
        }
    }

    /** The first reason stays until the switch is removed. */
    record Switches(Snapshot rows) implements SwitchTable {
        @Override
        public Optional<SwitchRow> find(String name) {
            return rows.find(SwitchRow.class, "", name);
        }

        @Override
        public void put(SwitchRow row) {
            rows.put("", row.name(), find(row.name()).orElse(row));
        }

        @Override
        public void remove(String name) {
            rows.remove(SwitchRow.class, "", name);
        }
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
