/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import java.time.Instant;

/**
 * One entry of a namespace's event log. Never changed after it was written.
 *
 * @param seq 1, 2, 3 … without gaps in a namespace
 * @param type such as {@code NAMESPACE_CREATED}
 * @param typeVersion version of the type's payload, from 1
 * @param payload canonical JSON of core; opaque to the store
 */
public record EventRow(long seq, String type, int typeVersion, String payload, Instant at) {}
