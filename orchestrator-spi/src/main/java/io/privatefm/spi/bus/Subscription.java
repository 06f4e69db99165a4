/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.bus;

/** A running subscription. */
public interface Subscription extends AutoCloseable {
    /** Ends delivery; when this returns, the handler is not running and will not be called again. Idempotent. */
    @Override
    void close();
}
