/* SPDX-License-Identifier: Apache-2.0 */
/** Rate limits that several nodes share. */
@NullMarked
package io.privatefm.spi.limit;

import org.jspecify.annotations.NullMarked;
