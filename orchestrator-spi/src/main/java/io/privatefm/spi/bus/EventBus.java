/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.bus;

/** At-least-once delivery by topic. Safe for use by several threads at once. */
public interface EventBus extends AutoCloseable {
    /**
     * Publishes a message; returns only after the bus has accepted it.
     *
     * @throws io.privatefm.spi.UnavailableException if the bus did not accept it
     * @throws io.privatefm.spi.OutcomeUnknownException if it may have been accepted
     */
    void publish(BusMessage message);

    /**
     * Delivers each message of a topic to one handler of each group. A message counts as delivered when the handler
     * returns; if it throws, the message is delivered again.
     *
     * @param group the consumer's name; handlers of the same group share the messages
     */
    Subscription subscribe(String topic, String group, MessageHandler handler);

    /** Ends all subscriptions. Idempotent. */
    @Override
    void close();
}
