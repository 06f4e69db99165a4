/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import java.time.InstantSource;
import javax.sql.DataSource;

/** Requests that are done once, however often they are sent. */
public final class Idempotency {
    /**
     * @param connections to the database with the service's tables
     * @param pepper 32 secret bytes, the same in all processes and after a restart
     */
    public Idempotency(DataSource connections, byte[] pepper, InstantSource clock) {}

    /**
     * Begins a request.
     *
     * @param fingerprint the same text for the same request, and for no other
     * @throws io.privatefm.spi.ConflictException if the same request is being done by another thread or process just now
     */
    public Remembered begin(IdempotencyKey key, String fingerprint) {
        throw new UnsupportedOperationException();
    }

    /** Remembers what a request that was {@link Remembered.New} led to. */
    public void complete(IdempotencyKey key, String answer) {
        throw new UnsupportedOperationException();
    }

    /** Forgets a request that was {@link Remembered.New} and led to nothing: sent again, it is new. */
    public void abandon(IdempotencyKey key) {
        throw new UnsupportedOperationException();
    }
}
