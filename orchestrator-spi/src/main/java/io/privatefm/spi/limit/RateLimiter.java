/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.limit;

/** Limits how often expensive operations run; shared by several nodes where its implementation is. Thread-safe. */
public interface RateLimiter {
    /**
     * Takes permits if they are there; never waits.
     *
     * @param key what is limited, such as a principal and a class of operations
     * @param permits at least 1
     */
    Permit tryAcquire(String key, int permits);
}
