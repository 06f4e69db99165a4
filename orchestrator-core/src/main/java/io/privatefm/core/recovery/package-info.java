/* SPDX-License-Identifier: Apache-2.0 */
/** Scrubs, the lag rule, and the ladder by which a namespace is brought back, with the breaker that stops all of it. */
@NullMarked
package io.privatefm.core.recovery;

import org.jspecify.annotations.NullMarked;
