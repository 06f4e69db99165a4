/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;

/**
 * How a {@link JdbcScheduler} works.
 *
 * @param node how this process calls itself in the table and in logs; at most 50 characters are kept
 * @param polling how often it looks for what is due
 * @param heartbeat how often it says that a job still runs; the same on all nodes. A node that has not said so for {@value #MISSED} times as
 *     long counts as dead
 * @param patience how long {@link JdbcScheduler#close()} waits for jobs that are running
 */
public record ScheduleSettings(String node, Duration polling, Duration heartbeat, Duration patience) {
    static final int MISSED = 4;

    /** Looks every 5 seconds; a node counts as dead after two minutes. */
    public ScheduleSettings(String node) {
        this(node, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(30));
    }

    public ScheduleSettings {
        if (node.isBlank()) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "a node needs a name");
        }
        requireLong("polling", polling);
        requireLong("heartbeat", heartbeat);
        requireLong("patience", patience);
    }

    private static void requireLong(String what, Duration time) {
        if (time.compareTo(Duration.ofMillis(1)) < 0) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the scheduler's " + what + " must be 1 ms or longer, not " + time);
        }
    }
}
