/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.TxWork;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store in memory. Transactions run one at a time; each keeps a list of how to undo its writes. */
public final class InMemoryStore implements OrchestratorStore {
    private final NavigableMap<LearnerId, NamespaceRow> namespaces = new TreeMap<>();
    private final Map<NsUid, Logs> logs = new HashMap<>();
    private final Set<String> operations = new HashSet<>();

    /** What belongs to one namespace besides its row. */
    private static final class Logs {
        final List<EventRow> events = new ArrayList<>();
        final NavigableMap<Subject, List<AdapterRow>> adapters = new TreeMap<>();
        final List<CheckpointRow> checkpoints = new ArrayList<>();
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public synchronized <T> T inTransaction(TxWork<T> work) {
        Tx tx = new Tx();
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
        private final Deque<Runnable> undo = new ArrayDeque<>();
        private boolean ended;

        void end(boolean committed) {
            ended = true;
            if (!committed) {
                undo.forEach(Runnable::run);
            }
        }

        @Override
        public void insert(NamespaceRow row) {
            requireOpen();
            if (namespaces.containsKey(row.learner()) || logs.containsKey(row.nsUid())) {
                throw new AlreadyExistsException("there is a namespace of this learner already");
            }
            namespaces.put(row.learner(), row);
            logs.put(row.nsUid(), new Logs());
            undo.push(() -> {
                namespaces.remove(row.learner());
                logs.remove(row.nsUid());
            });
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
            return rest.values().stream().limit(limit).toList();
        }

        @Override
        public boolean compareAndSet(NamespaceRow expected, NamespaceRow next) {
            requireOpen();
            NamespaceRow now = namespaces.get(expected.learner());
            if (now == null || now.revision() != expected.revision()) {
                return false;
            }
            namespaces.put(next.learner(), next);
            undo.push(() -> namespaces.put(now.learner(), now));
            return true;
        }

        @Override
        public void append(NsUid namespace, long expectedHead, List<EventRow> rows) {
            requireOpen();
            List<EventRow> events = logs(namespace).events;
            if (events.size() != expectedHead) {
                throw new ConflictException(
                        "the newest event of " + namespace + " is " + events.size() + ", not " + expectedHead);
            }
            rows.forEach(row -> add(events, row));
        }

        @Override
        public List<EventRow> events(NsUid namespace, long fromSeq, int limit) {
            requireOpen();
            return logs(namespace).events.stream()
                    .filter(row -> row.seq() >= fromSeq)
                    .limit(limit)
                    .toList();
        }

        @Override
        public void putAdapter(AdapterRow row) {
            requireOpen();
            List<AdapterRow> revisions =
                    logs(row.nsUid()).adapters.computeIfAbsent(row.subject(), subject -> new ArrayList<>());
            if (revisions.stream().anyMatch(other -> other.revision() == row.revision())) {
                throw new AlreadyExistsException(
                        "revision " + row.revision() + " of the adapter for " + row.subject() + " is there already");
            }
            add(revisions, row);
        }

        @Override
        public List<AdapterRow> adapters(NsUid namespace) {
            requireOpen();
            return logs(namespace).adapters.values().stream()
                    .filter(revisions -> !revisions.isEmpty())
                    .map(revisions -> revisions.get(revisions.size() - 1))
                    .toList();
        }

        @Override
        public void putCheckpoint(CheckpointRow row) {
            requireOpen();
            List<CheckpointRow> checkpoints = logs(row.nsUid()).checkpoints;
            boolean taken = checkpoints.stream().anyMatch(other -> other.version() == row.version());
            if (taken || operations.contains(row.operationId())) {
                throw new AlreadyExistsException(
                        "version " + row.version() + " or operation " + row.operationId() + " is there already");
            }
            add(checkpoints, row);
            operations.add(row.operationId());
            undo.push(() -> operations.remove(row.operationId()));
        }

        @Override
        public Optional<CheckpointRow> checkpoint(NsUid namespace, long version) {
            requireOpen();
            return logs(namespace).checkpoints.stream()
                    .filter(row -> row.version() == version)
                    .findFirst();
        }

        @Override
        public List<CheckpointRow> checkpoints(NsUid namespace, int limit) {
            requireOpen();
            List<CheckpointRow> newestFirst = new ArrayList<>(logs(namespace).checkpoints);
            Collections.reverse(newestFirst);
            return newestFirst.stream().limit(limit).toList();
        }

        private Logs logs(NsUid namespace) {
            Logs found = logs.get(namespace);
            if (found == null) {
                throw new IllegalArgumentException("no namespace " + namespace);
            }
            return found;
        }

        private <R> void add(List<R> rows, R row) {
            rows.add(row);
            undo.push(() -> rows.remove(rows.size() - 1));
        }

        private void requireOpen() {
            if (ended) {
                throw new IllegalStateException("the transaction has ended");
            }
        }
    }
}
