/* SPDX-License-Identifier: Apache-2.0 */
/** What lies in a data directory and beside it: database, keys, the audit log's key and anchors, the foundation. */
@NullMarked
package io.privatefm.server.home;

import org.jspecify.annotations.NullMarked;
