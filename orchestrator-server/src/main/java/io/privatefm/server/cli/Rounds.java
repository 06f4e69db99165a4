/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Doing something again until no other process, or one that died, has a part of it in hand: that lasts as long as a lease. */
final class Rounds {
    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final int MOST = 120;

    private Rounds() {}

    /**
     * Does it once at least, and a minute long at most.
     *
     * @return what it gave last
     */
    static <T> T repeat(Supplier<T> round, Predicate<T> isDone) {
        T given = round.get();
        for (int rounds = 1; rounds < MOST && !isDone.test(given); rounds++) {
            LockSupport.parkNanos(BETWEEN.toNanos());
            given = round.get();
        }
        return given;
    }
}
