/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.bus;

/**
 * Takes delivered messages. What a call ends with says what becomes of the message:
 *
 * <ul>
 *   <li>it returns: the message is taken;
 *   <li>it throws a {@link io.privatefm.spi.PfmException} that is {@linkplain io.privatefm.spi.PfmException#retryable() retryable}, or an
 *       {@link io.privatefm.spi.OutcomeUnknownException}: the trouble is not the message's. It is delivered again, after growing pauses, for as long as that lasts;
 *   <li>it throws another {@link io.privatefm.spi.PfmException}: the message is given up at once, as {@link DeadLetter.Reason#UNKNOWN_VERSION} if its code is {@link
 *       io.privatefm.spi.ErrorCode#UNKNOWN_FORMAT}, else as {@link DeadLetter.Reason#REFUSED};
 *   <li>it throws anything else: the message is delivered again, after growing pauses, a bounded number of times, and then given up.
 * </ul>
 *
 * <p>Later messages of the same key wait meanwhile; those of other keys do not.
 */
@FunctionalInterface
public interface MessageHandler {
    /** Called at least once for each message, possibly from several threads. */
    void handle(BusMessage message);

    /**
     * Called before a message is given up, at least once. If this throws, it is called again, after growing pauses, and the message is not given up before
     * it returns.
     */
    default void givenUp(DeadLetter letter) {}
}
