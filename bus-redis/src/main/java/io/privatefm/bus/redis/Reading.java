/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import org.jspecify.annotations.Nullable;

/** What an entry was read as. */
sealed interface Reading {
    /** A message. */
    record Read(BusMessage message) implements Reading {}

    /**
     * No message.
     *
     * @param id the message's id, if it could be read
     * @param detail one line that quotes nothing of the entry's data
     */
    record Unread(@Nullable String id, DeadLetter.Reason reason, String detail) implements Reading {}
}
