/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.time.Duration;

/** Pauses that double, from a shortest to a longest. */
record Pauses(Duration shortest, Duration longest) {
    /** Before a message is delivered again. */
    static final Pauses DELIVERY = new Pauses(Duration.ofMillis(100), Duration.ofSeconds(30));
    /** Before the server is asked again. */
    static final Pauses SERVER = new Pauses(Duration.ofMillis(50), Duration.ofSeconds(5));

    /** The pause after so many failures in a row. */
    Duration after(int failures) {
        Duration pause = shortest.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), 20));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
