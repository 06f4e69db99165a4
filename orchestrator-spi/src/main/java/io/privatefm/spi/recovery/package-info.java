/* SPDX-License-Identifier: Apache-2.0 */
/** Scrubs, fallbacks and what they lead to. */
@NullMarked
package io.privatefm.spi.recovery;

import org.jspecify.annotations.NullMarked;
