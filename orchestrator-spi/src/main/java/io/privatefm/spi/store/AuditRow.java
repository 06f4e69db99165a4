/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.Sha256;
import java.time.Instant;

/**
 * One entry of the audit log: who did what. Never changed after it was written, but for its place in the log's tree.
 *
 * @param chain the hash chain that it belongs to: one for each namespace, and one for the rest
 * @param seq 1, 2, 3 … without gaps in a chain
 * @param previous leaf hash of the chain's entry before; zeros at the first
 * @param leaf leaf hash of this entry, computed by core over all other fields
 * @param actor who did it
 * @param action what was done, such as {@code CHECKPOINT_PUBLISHED}
 * @param outcome {@code DONE} or {@code DENIED}
 * @param operationId the operation that it was part of
 * @param details canonical JSON of core; opaque to the store
 */
public record AuditRow(
        String chain,
        long seq,
        Sha256 previous,
        Sha256 leaf,
        String actor,
        String action,
        String outcome,
        String operationId,
        String details,
        Instant at) {}
