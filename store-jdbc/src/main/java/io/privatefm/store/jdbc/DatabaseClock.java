/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import com.github.kagkarlsson.scheduler.Clock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database's clock, which all nodes have in common: read twice a minute, and carried on in between by this process's monotonic
 * clock. What a node's own clock says, or that it jumps, has no effect.
 */
final class DatabaseClock implements Clock {
    private static final long FRESH = TimeUnit.SECONDS.toNanos(30);

    private final DataSource connections;
    private final String query;
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile @Nullable Reading last;

    /** What the database said, and what this process's monotonic clock said then. */
    private record Reading(Instant time, long nanos) {
        Instant now() {
            return time.plusNanos(System.nanoTime() - nanos).truncatedTo(ChronoUnit.MICROS);
        }

        boolean isFresh() {
            return System.nanoTime() - nanos < FRESH;
        }
    }

    DatabaseClock(DataSource connections, Dialect dialect) {
        this.connections = connections;
        this.query = "select " + dialect.now();
    }

    /** The time; never fails once it was read, and waits for no other thread, who may be waiting for this one's connection. */
    @Override
    public Instant now() {
        Reading known = last;
        if (known == null) {
            known = read();
        } else if (!known.isFresh() && reading.compareAndSet(false, true)) {
            try {
                known = read();
            } catch (RuntimeException e) {
                // the database does not answer: whoever wants more of it than the time will say so
            } finally {
                reading.set(false);
            }
        }
        return known.now();
    }

    private Reading read() {
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            Reading read = new Reading(result.getObject(1, OffsetDateTime.class).toInstant(), System.nanoTime());
            last = read;
            return read;
        } catch (SQLException e) {
            throw SqlFailure.translate(e);
        }
    }
}
