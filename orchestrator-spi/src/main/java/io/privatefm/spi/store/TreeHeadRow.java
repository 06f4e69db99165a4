/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.Sha256;
import java.time.Instant;

/**
 * A signed head of the audit log's tree. Never changed after it was written.
 *
 * @param size number of leaves, unique among heads
 * @param root root of the tree over the first {@code size} leaves (RFC 6962)
 * @param note the signed text
 */
public record TreeHeadRow(long size, Sha256 root, String note, Instant at) {}
