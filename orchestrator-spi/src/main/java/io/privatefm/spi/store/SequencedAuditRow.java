/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

/**
 * An audit entry with its place in the log's tree.
 *
 * @param index 0, 1, 2 … without gaps in a log
 */
public record SequencedAuditRow(long index, AuditRow row) {}
