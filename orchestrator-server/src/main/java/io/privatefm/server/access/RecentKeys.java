/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.spi.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the stored keys a short time ago. They are few and are read all at once, so that no flood of unknown ids costs more
 * than a query a second; of several threads that find the keys too old, one reads. Safe for use by several threads at once.
 */
final class RecentKeys {
    /** How long what was read is used: within this a revocation works everywhere. */
    static final Duration FRESH = Duration.ofSeconds(10);

    /** How soon they are read again if a key is not among them, as one that was made just now, or if they could not be read. */
    static final Duration AGAIN = Duration.ofSeconds(1);

    private final Supplier<List<HashedKey>> table;
    private final LongSupplier nanos;
    private final Object reading = new Object();
    private volatile @Nullable Read last;
    private volatile @Nullable Failure failure;

    private record Read(Map<String, HashedKey> keys, long at) {}

    private record Failure(UnavailableException reason, long at) {}

    RecentKeys(Supplier<List<HashedKey>> table, LongSupplier nanos) {
        this.table = table;
        this.nanos = nanos;
    }

    /**
     * Finds a key.
     *
     * @throws UnavailableException if nobody can say whether there is one
     */
    Optional<HashedKey> find(String id) {
        HashedKey found = within(FRESH).get(id);
        return Optional.ofNullable(found == null ? within(AGAIN).get(id) : found);
    }

    /** Has them read again the next time. */
    void forget() {
        last = null;
    }

    private Map<String, HashedKey> within(Duration age) {
        Read seen = last;
        if (seen != null && isWithin(age, seen.at())) {
            return seen.keys();
        }
        synchronized (reading) {
            seen = last; // another thread may have read them, or failed to, while this one waited
            if (seen != null && isWithin(age, seen.at())) {
                return seen.keys();
            }
            Failure failed = failure;
            if (failed != null && isWithin(AGAIN, failed.at())) {
                throw new UnavailableException(String.valueOf(failed.reason().getMessage()), failed.reason());
            }
            return read();
        }
    }

    private Map<String, HashedKey> read() {
        long before = nanos.getAsLong();
        try {
            Map<String, HashedKey> keys = table.get().stream()
                    .collect(Collectors.toUnmodifiableMap(row -> row.key().id(), Function.identity()));
            last = new Read(keys, before);
            failure = null;
            return keys;
        } catch (UnavailableException e) {
            failure = new Failure(e, nanos.getAsLong());
            throw e;
        }
    }

    private boolean isWithin(Duration age, long at) {
        return nanos.getAsLong() - at < age.toNanos();
    }
}
