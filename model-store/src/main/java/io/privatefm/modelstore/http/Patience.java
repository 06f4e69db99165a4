/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.time.Duration;

/**
 * How long a server is waited for.
 *
 * @param connect for a connection
 * @param idle for the next bytes, whenever some are waited for
 * @param bytesPerSecond what must come at least, on an average over each {@code window}
 * @param window of the average
 * @param attempts in a row that may fail
 */
public record Patience(Duration connect, Duration idle, long bytesPerSecond, Duration window, int attempts) {
    private static final Duration MAX = Duration.ofDays(1);

    /** 10 seconds for a connection, 30 for the next bytes, 1 KiB per second over a minute, 4 attempts. */
    public static final Patience DEFAULT =
            new Patience(Duration.ofSeconds(10), Duration.ofSeconds(30), 1024, Duration.ofMinutes(1), 4);

    public Patience {
        requirePositive(connect, "connect timeout");
        requirePositive(idle, "idle timeout");
        requirePositive(window, "window of the minimum rate");
        if (bytesPerSecond < 0) {
            throw refused("the minimum rate must be at least 0, and is " + bytesPerSecond);
        }
        if (attempts < 1) {
            throw refused("there must be at least one attempt, not " + attempts);
        }
    }

    /** Until the headers of an answer are there. */
    Duration answer() {
        return connect.plus(idle);
    }

    private static void requirePositive(Duration duration, String what) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX) > 0) {
            throw refused("the " + what + " must be positive and no more than a day, and is " + duration);
        }
    }

    private static InvalidInputException refused(String reason) {
        return new InvalidInputException(ErrorCode.CONFIGURATION, reason);
    }
}
