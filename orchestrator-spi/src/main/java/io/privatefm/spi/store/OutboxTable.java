/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.time.Duration;
import java.util.List;

/**
 * Messages that wait to be published. A namespace has one in flight at most: only its oldest row can be claimed, and the next
 * one not before that is gone.
 */
public interface OutboxTable {
    /**
     * Adds a message.
     *
     * @throws io.privatefm.spi.ConflictException if the namespace has a row of that sequence number
     */
    void enqueue(OutboxRow row);

    /**
     * Claims the oldest rows of some namespaces, one of each: no other claim gives them out before {@code ttl} is over.
     *
     * @param max at most this many, at least 1
     */
    List<OutboxRow> claim(int max, Duration ttl);

    /** Removes a row that was published. Nothing happens if it is gone. */
    void remove(OutboxRow row);

    /** Gives a claimed row back, to be claimed again after {@code delay}. Nothing happens if it is gone. */
    void postpone(OutboxRow row, Duration delay);

    /** How many rows wait, claimed ones included. */
    long depth();
}
