/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.core.Orchestrator;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** Operations that outlive the process that was asked for them. */
public final class Operations implements AutoCloseable {
    public Operations(
            Orchestrator pfm,
            DataSource connections,
            Idempotency idempotency,
            OperationProgress progress,
            OperationSettings settings,
            InstantSource clock) {}

    /** Begins to do what was asked for. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes an operation on: once this returns, it is done, also if the process dies. The correlation id that is open on the calling thread
     * is that of the work.
     *
     * @throws KeyReusedException if the key came with another request before
     */
    public Submitted submit(OperationRequest what, Optional<IdempotencyKey> key) {
        throw new UnsupportedOperationException();
    }

    /** An operation; empty if there is none, or it ended 30 days ago. */
    public Optional<Operation> find(String id) {
        throw new UnsupportedOperationException();
    }

    /**
     * Tells of an operation, as it is now and at every change, until it ended.
     *
     * @param listener must not block, and gets nothing after an operation that ended
     * @return ends that
     * @throws io.privatefm.spi.UnavailableException if too many are watched
     */
    public AutoCloseable watch(String id, Consumer<Operation> listener) {
        throw new UnsupportedOperationException();
    }

    /** Lets what is running end within the patience, and leaves the rest to the next process. Idempotent. */
    @Override
    public void close() {}
}
