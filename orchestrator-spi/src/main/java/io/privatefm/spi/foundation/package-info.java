/* SPDX-License-Identifier: Apache-2.0 */
/** Where frozen foundation releases come from. Read-only by type. */
@NullMarked
package io.privatefm.spi.foundation;

import org.jspecify.annotations.NullMarked;
