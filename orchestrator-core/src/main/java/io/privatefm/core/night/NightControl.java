/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.journal.Transactions;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.SwitchRow;
import io.privatefm.spi.store.SwitchTable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Ends nights before they are done: this process's by a word, those of all processes by a row of the store. */
public final class NightControl {
    private static final int LONGEST_REASON = 1000;

    private final OrchestratorStore store;
    private final InstantSource clock;
    private final AtomicInteger cancellations = new AtomicInteger();
    private final AtomicInteger pauses = new AtomicInteger();
    private volatile boolean closed;

    public NightControl(OrchestratorStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Ends the nights that this process is at. */
    public void cancel() {
        cancellations.incrementAndGet();
    }

    /** Ends the nights that this process is at, and those that it would still begin. */
    public void close() {
        closed = true;
    }

    /** Ends the nights that any process is at, and begins none, until they are resumed. A pause that is there keeps its reason. */
    public void pause(String reason) {
        if (reason.isBlank() || reason.length() > LONGEST_REASON) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "a pause needs a reason of 1 to " + LONGEST_REASON + " characters");
        }
        Transactions.idempotent(store, tx -> {
            tx.switches().put(new SwitchRow(SwitchTable.NIGHTS, reason, tx.now()));
            return true;
        });
        pauses.incrementAndGet();
    }

    /** Lets nights begin again. */
    public void resume() {
        Transactions.idempotent(store, tx -> {
            tx.switches().remove(SwitchTable.NIGHTS);
            return true;
        });
    }

    /** The pause that is on. */
    public Optional<SwitchRow> paused() {
        return store.inTransaction(tx -> tx.switches().find(SwitchTable.NIGHTS));
    }

    /** A night that begins now. */
    RunningNight begin(@Nullable Instant deadline) {
        return new RunningNight(this, clock, deadline);
    }

    /** Rises when a night that runs is to end. */
    int cancellations() {
        return cancellations.get();
    }

    /** Rises when it is worth asking the store. */
    int pauses() {
        return pauses.get();
    }

    boolean isClosed() {
        return closed;
    }
}
