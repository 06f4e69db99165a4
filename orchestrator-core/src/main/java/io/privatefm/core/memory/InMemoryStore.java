/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.AuditTable;
import io.privatefm.spi.store.Capability;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.DataKeyRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.KeyTable;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.LeaseTable;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.OrphanRow;
import io.privatefm.spi.store.OrphanTable;
import io.privatefm.spi.store.OutboxTable;
import io.privatefm.spi.store.ScrubRow;
import io.privatefm.spi.store.ScrubTable;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.SwitchTable;
import io.privatefm.spi.store.TxWork;
import io.privatefm.spi.store.VariantRow;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory. Transactions run one at a time; each keeps a list of how to undo its writes. Its clock never goes back.
 */
public final class InMemoryStore implements OrchestratorStore {
    private final InstantSource clock;
    private final NavigableMap<LearnerId, NamespaceRow> namespaces = new TreeMap<>();
    private final Map<NsUid, Logs> logs = new HashMap<>();
    private final Map<String, CheckpointRow> operations = new HashMap<>();
    private final Map<String, DataKeyRow> keyIds = new HashMap<>();
    private final Map<Taken, Boolean> inbox = new HashMap<>();
    private final Map<String, Lease> leases = new HashMap<>();
    private final Map<MemoryOutbox.Key, MemoryOutbox.Waiting> outbox = new TreeMap<>();
    private final MemoryAudit.Tables audit = new MemoryAudit.Tables();
    private final Map<MemoryOrphans.Key, OrphanRow> orphans = new LinkedHashMap<>();
    private final Map<NsUid, ScrubRow> scrubs = new HashMap<>();
    private final Map<String, SwitchRow> switches = new HashMap<>();
    private Instant latest = Instant.MIN;

    /** What belongs to one namespace besides its row. */
    private static final class Logs {
        final NavigableMap<Long, EventRow> events = new TreeMap<>();
        final NavigableMap<Subject, NavigableMap<Integer, AdapterRow>> adapters = new TreeMap<>();
        final NavigableMap<Long, CheckpointRow> checkpoints = new TreeMap<>();
        final NavigableMap<Long, DataKeyRow> keys = new TreeMap<>();
    }

    /** A message that a consumer has taken. */
    private record Taken(String consumer, String messageId) {}

    /** An empty store that goes by this clock. */
    public InMemoryStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    public synchronized <T> T inTransaction(TxWork<T> work) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        latest = now.isAfter(latest) ? now : latest;
        Tx tx = new Tx(latest);
        boolean committed = false;
        try {
            T result = work.run(tx);
            committed = true;
            return result;
        } finally {
            tx.end(committed);
        }
    }

    @Override
    public void close() {
        // nothing is held
    }

    private final class Tx implements StoreTx {
        private final UndoLog undo = new UndoLog();
        private final Instant now;
        private boolean ended;

        Tx(Instant now) {
            this.now = now;
        }

        void end(boolean committed) {
            ended = true;
            if (!committed) {
                undo.rollBack();
            }
        }

        @Override
        public Instant now() {
            requireOpen();
            return now;
        }

        @Override
        public void insert(NamespaceRow row) {
            requireOpen();
            if (namespaces.containsKey(row.learner()) || logs.containsKey(row.nsUid())) {
                throw new AlreadyExistsException("there is a namespace of this learner already");
            }
            undo.put(namespaces, row.learner(), row);
            undo.put(logs, row.nsUid(), new Logs());
        }

        @Override
        public Optional<NamespaceRow> find(LearnerId learner) {
            requireOpen();
            return Optional.ofNullable(namespaces.get(learner));
        }

        @Override
        public List<NamespaceRow> namespaces(@Nullable LearnerId after, int limit) {
            requireOpen();
            NavigableMap<LearnerId, NamespaceRow> rest = after == null ? namespaces : namespaces.tailMap(after, false);
            List<NamespaceRow> page = new ArrayList<>();
            for (Iterator<NamespaceRow> rows = rest.values().iterator(); page.size() < limit && rows.hasNext(); ) {
                page.add(rows.next()); // a stream would first ask for the size, and a part of a map counts all its rows
            }
            return page;
        }

        @Override
        public boolean compareAndSet(NamespaceRow expected, NamespaceRow next) {
            requireOpen();
            if (!isUnchanged(expected)) {
                return false;
            }
            undo.put(namespaces, next.learner(), next);
            return true;
        }

        @Override
        public boolean erase(NamespaceRow expected, NamespaceRow tombstone) {
            requireOpen();
            if (!isUnchanged(expected)) {
                return false;
            }
            if (!tombstone.learner().equals(expected.learner()) && namespaces.containsKey(tombstone.learner())) {
                throw new AlreadyExistsException("there is a namespace of the tombstone's learner already");
            }
            NsUid namespace = expected.nsUid();
            undo.remove(namespaces, expected.learner());
            undo.put(namespaces, tombstone.learner(), tombstone);
            Logs erased = logs(namespace);
            erased.checkpoints.values().forEach(row -> undo.remove(operations, row.operationId()));
            erased.keys.values().forEach(row -> undo.remove(keyIds, row.keyId()));
            undo.put(logs, namespace, new Logs());
            undo.removeIf(outbox, key -> key.nsUid().equals(namespace));
            undo.removeIf(orphans, key -> key.nsUid().equals(namespace));
            undo.remove(scrubs, namespace);
            return true;
        }

        /** The learner may have another namespace by now. */
        private boolean isUnchanged(NamespaceRow expected) {
            NamespaceRow now = namespaces.get(expected.learner());
            return now != null && now.nsUid().equals(expected.nsUid()) && now.revision() == expected.revision();
        }

        @Override
        public void append(NsUid namespace, long expectedHead, List<EventRow> rows) {
            requireOpen();
            NavigableMap<Long, EventRow> events = logs(namespace).events;
            long head = events.isEmpty() ? 0 : events.lastKey();
            if (head != expectedHead) {
                throw new ConflictException(
                        "the newest event of " + namespace + " is " + head + ", not " + expectedHead);
            }
            rows.forEach(row -> undo.put(events, row.seq(), row));
        }

        @Override
        public List<EventRow> events(NsUid namespace, long fromSeq, int limit) {
            requireOpen();
            return logs(namespace).events.tailMap(fromSeq).values().stream()
                    .limit(limit)
                    .toList();
        }

        @Override
        public void putAdapter(AdapterRow row) {
            requireOpen();
            NavigableMap<Integer, AdapterRow> revisions =
                    logs(row.nsUid()).adapters.computeIfAbsent(row.subject(), subject -> new TreeMap<>());
            if (revisions.containsKey(row.revision())) {
                throw new ConflictException(
                        "revision " + row.revision() + " of the adapter for " + row.subject() + " is there already");
            }
            undo.put(revisions, row.revision(), row);
        }

        @Override
        public List<AdapterRow> adapters(NsUid namespace) {
            requireOpen();
            return logs(namespace).adapters.values().stream()
                    .filter(revisions -> !revisions.isEmpty())
                    .map(revisions -> revisions.lastEntry().getValue())
                    .toList();
        }

        @Override
        public boolean setAside(NsUid namespace, Subject subject, int revision) {
            requireOpen();
            NavigableMap<Integer, AdapterRow> revisions =
                    logs(namespace).adapters.getOrDefault(subject, new TreeMap<>());
            Optional<AdapterRow> found = Optional.ofNullable(revisions.get(revision));
            found.ifPresent(row -> undo.put(revisions, revision, row.withSetAside()));
            return found.isPresent();
        }

        @Override
        public void putCheckpoint(CheckpointRow row) {
            requireOpen();
            NavigableMap<Long, CheckpointRow> checkpoints = logs(row.nsUid()).checkpoints;
            if (checkpoints.containsKey(row.version()) || operations.containsKey(row.operationId())) {
                throw new AlreadyExistsException(
                        "version " + row.version() + " or operation " + row.operationId() + " is there already");
            }
            undo.put(checkpoints, row.version(), row);
            undo.put(operations, row.operationId(), row);
        }

        @Override
        public boolean removeCheckpoint(NsUid namespace, long version) {
            requireOpen();
            Optional<CheckpointRow> found = checkpoint(namespace, version);
            found.ifPresent(row -> {
                undo.remove(logs(namespace).checkpoints, version);
                undo.remove(operations, row.operationId());
            });
            return found.isPresent();
        }

        @Override
        public Optional<CheckpointRow> checkpoint(NsUid namespace, long version) {
            requireOpen();
            return Optional.ofNullable(logs(namespace).checkpoints.get(version));
        }

        @Override
        public List<CheckpointRow> checkpoints(NsUid namespace, int limit) {
            requireOpen();
            return logs(namespace).checkpoints.descendingMap().values().stream()
                    .limit(limit)
                    .toList();
        }

        @Override
        public Optional<CheckpointRow> checkpointOf(String operationId) {
            requireOpen();
            return Optional.ofNullable(operations.get(operationId));
        }

        @Override
        public boolean firstTime(String consumer, String messageId) {
            requireOpen();
            Taken taken = new Taken(consumer, messageId);
            boolean first = !inbox.containsKey(taken);
            undo.put(inbox, taken, true);
            return first;
        }

        @Override
        public boolean taken(String consumer, String messageId) {
            requireOpen();
            return inbox.containsKey(new Taken(consumer, messageId));
        }

        @Override
        public LeaseTable leases() {
            requireOpen();
            return new MemoryLeases(leases, undo, now);
        }

        @Override
        public OutboxTable outbox() {
            requireOpen();
            return new MemoryOutbox(outbox, undo, now);
        }

        @Override
        public AuditTable audit() {
            requireOpen();
            return new MemoryAudit(audit, undo);
        }

        @Override
        public OrphanTable orphans() {
            requireOpen();
            return new MemoryOrphans(orphans, this::referenced, undo, now);
        }

        @Override
        public KeyTable keys() {
            requireOpen();
            return new MemoryKeys(namespace -> logs(namespace).keys, keyIds, undo);
        }

        @Override
        public ScrubTable scrubs() {
            requireOpen();
            return new MemoryScrubs(namespaces.values(), logs::containsKey, scrubs, undo);
        }

        @Override
        public SwitchTable switches() {
            requireOpen();
            return new MemorySwitches(switches, undo);
        }

        private Set<Sha256> referenced(NsUid namespace) {
            Set<Sha256> blobs = new HashSet<>();
            Logs rows = logs(namespace);
            rows.adapters
                    .values()
                    .forEach(revisions -> revisions.values().forEach(row -> {
                        blobs.add(row.configBlob());
                        blobs.add(row.weightsBlob());
                    }));
            rows.checkpoints.values().forEach(row -> {
                blobs.add(row.manifestBlob());
                row.variants().stream().map(VariantRow::blob).forEach(blobs::add);
            });
            return blobs;
        }

        private Logs logs(NsUid namespace) {
            Logs found = logs.get(namespace);
            if (found == null) {
                throw new IllegalArgumentException("no namespace " + namespace);
            }
            return found;
        }

        private void requireOpen() {
            if (ended) {
                throw new IllegalStateException("the transaction has ended");
            }
        }
    }
}
