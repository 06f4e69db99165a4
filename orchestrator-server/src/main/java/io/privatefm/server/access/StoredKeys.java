/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.server.home.Pepper;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * Keys in the table {@code pfm_server_key}: scoped, rotated, revoked, and stored as HMAC-SHA-256 under a pepper that is not in the
 * database. Safe for use by several threads at once.
 */
public final class StoredKeys {
    /**
     * Keys in this database, whose tables are there.
     *
     * @param nanos a clock of nanoseconds that only goes forward, such as {@code System::nanoTime}: how long what was read is used
     */
    public StoredKeys(DataSource connections, Pepper pepper, InstantSource clock, LongSupplier nanos) {
        throw new UnsupportedOperationException();
    }

    /** Makes a key. */
    public IssuedKey create(ApiKey.Environment environment, Set<Scope> scopes, String label, Optional<Duration> life) {
        throw new UnsupportedOperationException();
    }

    /** All keys, the oldest first. */
    public List<StoredKey> list() {
        throw new UnsupportedOperationException();
    }

    /** Ends a key now. */
    public StoredKey revoke(String id) {
        throw new UnsupportedOperationException();
    }

    /** Makes a key of the same scopes, label and life, and has the old one expire. */
    public IssuedKey rotate(String id, Duration overlap) {
        throw new UnsupportedOperationException();
    }
}
