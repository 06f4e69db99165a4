/* SPDX-License-Identifier: Apache-2.0 */
/** The one transactional store: rows in, rows out, conditional writes; every rule lives in core. */
@NullMarked
package io.privatefm.spi.store;

import org.jspecify.annotations.NullMarked;
