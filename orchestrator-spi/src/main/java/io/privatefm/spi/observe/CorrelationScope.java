/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.observe;

/**
 * As long as it is open, what its thread does belongs to one correlation id. To be closed by the thread that opened it, the one that was
 * opened last first.
 */
public interface CorrelationScope extends AutoCloseable {
    /** Brings back what was open before. Idempotent. */
    @Override
    void close();
}
