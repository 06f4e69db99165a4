/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who watch operations: so many at most. Safe for use by several threads at once. */
final class Watchers {
    private static final Logger LOG = LoggerFactory.getLogger(Watchers.class);

    private final Map<String, List<Watcher>> watchers = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int most;

    Watchers(int most) {
        this.most = most;
    }

    /** Adds one, who is to be told how things are now. */
    Watcher add(String id, Consumer<Operation> listener) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            throw new TooManyWatchersException(most);
        }
        Watcher watcher = new Watcher(id, listener);
        watchers.compute(id, (same, others) -> {
            List<Watcher> all = others == null ? new CopyOnWriteArrayList<>() : others;
            all.add(watcher);
            return all;
        });
        return watcher;
    }

    /** Tells those who watch an operation how it is. */
    void tell(Operation operation) {
        watchers.getOrDefault(operation.operationId(), List.of()).forEach(watcher -> watcher.tell(operation));
    }

    /** The operations that somebody watches. */
    Set<String> watched() {
        return Set.copyOf(watchers.keySet());
    }

    /** One of them. What was told already is not told again, and nothing after the end. */
    final class Watcher implements AutoCloseable {
        private final String id;
        private final Consumer<Operation> listener;
        private @Nullable Operation last;
        private boolean closed;

        private Watcher(String id, Consumer<Operation> listener) {
            this.id = id;
            this.listener = listener;
        }

        synchronized void tell(Operation operation) {
            boolean over = closed || (last != null && last.status().hasEnded());
            if (over || operation.equals(last)) {
                return;
            }
            last = operation;
            try {
                listener.accept(operation);
            } catch (RuntimeException e) {
                LOG.warn("somebody who watches operation {} failed, and is told nothing more", id, e);
                close();
                return;
            }
            if (operation.status().hasEnded()) {
                close();
            }
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                count.decrementAndGet();
                watchers.computeIfPresent(id, (same, all) -> {
                    all.remove(this);
                    return all.isEmpty() ? null : all;
                });
            }
        }
    }
}
