/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.bus;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;

/**
 * A message that a group is not given any more, and why.
 *
 * @param topic the stream that it came on
 * @param group who did not take it
 * @param messageId its id; where none could be read, what the bus calls its place
 * @param detail one line for a person; may name what the message names
 */
public record DeadLetter(String topic, String group, String messageId, Reason reason, String detail) {
    /** A message that a handler refused for good. */
    public static DeadLetter refused(BusMessage message, String group, PfmException refusal) {
        Reason reason = refusal.code() == ErrorCode.UNKNOWN_FORMAT ? Reason.UNKNOWN_VERSION : Reason.REFUSED;
        return new DeadLetter(message.topic(), group, message.id(), reason, String.valueOf(refusal.getMessage()));
    }

    /** Whether what a handler threw says that it refuses the message for good, as {@link MessageHandler} has it. */
    public static boolean isRefusal(RuntimeException failure) {
        return failure instanceof PfmException error && !error.retryable() && error.code() != ErrorCode.OUTCOME_UNKNOWN;
    }

    /** Why a message is given up. */
    public enum Reason {
        /** Its bytes are no message. */
        UNREADABLE,
        /** It has a version that the handler, or the bus, does not know: a later release may. */
        UNKNOWN_VERSION,
        /** The handler refused it for good. */
        REFUSED,
        /** The handler failed at it too often, or did not live to say so. */
        TOO_MANY_DELIVERIES,
        /** The broker removed it before it was taken: its effect has to be found by reconciling. */
        LOST
    }
}
