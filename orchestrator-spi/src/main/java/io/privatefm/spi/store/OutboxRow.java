/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import java.time.Instant;

/**
 * A message that is to be published, written in the transaction that it tells of.
 *
 * @param seq 1, 2, 3 … without gaps in a namespace
 * @param eventId unique; the same at each delivery
 * @param topic the message's type
 * @param payload canonical JSON of core; opaque to the store
 */
public record OutboxRow(NsUid nsUid, long seq, String eventId, String topic, String payload, Instant at) {}
