/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.limit;

import java.time.Duration;

/** A limiter's answer. */
public sealed interface Permit {
    /** Go ahead. */
    record Allowed() implements Permit {}

    /**
     * Not now.
     *
     * @param after when a retry may succeed
     */
    record RetryAfter(Duration after) implements Permit {}
}
