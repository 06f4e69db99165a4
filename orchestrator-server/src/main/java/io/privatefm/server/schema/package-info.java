/* SPDX-License-Identifier: Apache-2.0 */
/** The server's own tables, beside those of the store. */
@NullMarked
package io.privatefm.server.schema;

import org.jspecify.annotations.NullMarked;
