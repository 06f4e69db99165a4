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
     * Delivers each message of a topic to one handler of each group. What a handler does with it, and what becomes of a message that it
     * does not take, says {@link MessageHandler}. What is given up is kept by the bus where it outlives a process.
     *
     * @param group the consumer's name; handlers of the same group share the messages
     */
    Subscription subscribe(String topic, String group, MessageHandler handler);

    /** Ends all subscriptions. Idempotent. */
    @Override
    void close();
}
