/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.bus;

/** Takes delivered messages. Returning acknowledges; throwing asks for another delivery. */
@FunctionalInterface
public interface MessageHandler {
    /** Called at least once for each message, possibly from several threads. */
    void handle(BusMessage message);
}
