/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.bus;

import java.time.Instant;
import java.util.Optional;

/**
 * One event on the bus: what a <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvent</a> holds.
 *
 * @param id the producer's identifier, unique; the same event delivered twice carries the same id
 * @param topic the event's type, such as {@code PRIVATE_BRAIN_READY}
 * @param key what it is about; messages of one key and topic, published one after the other, are delivered to a group in that order
 * @param payload a JSON object, UTF-8 when it travels
 * @param time when it happened, if its producer says so; kept to the microsecond
 * @param correlationId what it belongs to in the producer's records, if it says so; a bus passes it on
 */
public record BusMessage(
        String id, String topic, String key, String payload, Optional<Instant> time, Optional<String> correlationId) {
    /** A message of no stated time that belongs to nothing. */
    public BusMessage(String id, String topic, String key, String payload) {
        this(id, topic, key, payload, Optional.empty(), Optional.empty());
    }
}
