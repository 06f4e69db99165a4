/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.store.TreeHeadRow;
import java.util.Optional;

/**
 * How far the audit log has come.
 *
 * @param head the newest signed head of its tree; empty before the first
 * @param unsequenced how many entries wait for their places in the tree
 */
public record AuditState(Optional<TreeHeadRow> head, long unsequenced) {}
