/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.NamespaceRow;

/**
 * What a merge began with.
 *
 * @param namespace the row that the plan was made from
 * @param lease what the merge runs under
 */
public record Planned(NamespaceRow namespace, Lease lease) {}
