/* SPDX-License-Identifier: Apache-2.0 */
/** Typed life-cycle events for metrics, logs and progress displays. */
@NullMarked
package io.privatefm.spi.observe;

import org.jspecify.annotations.NullMarked;
