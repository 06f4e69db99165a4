/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.bus;

/**
 * One event on the bus.
 *
 * @param id the producer's identifier, unique; the same event delivered twice carries the same id
 * @param topic the event's type, such as {@code PRIVATE_BRAIN_READY}
 * @param key what it is about; messages of one key and topic, published one after the other, are delivered to a group in that order
 * @param payload a JSON object, UTF-8 when it travels
 */
public record BusMessage(String id, String topic, String key, String payload) {}
