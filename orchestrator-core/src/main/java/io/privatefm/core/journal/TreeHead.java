/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.Sha256;

/**
 * The state of the audit log's tree.
 *
 * @param origin name of the log
 * @param size number of leaves
 * @param root root of the tree over them (RFC 6962)
 */
record TreeHead(String origin, long size, Sha256 root) {}
