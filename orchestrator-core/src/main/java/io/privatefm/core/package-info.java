/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The facade: {@link io.privatefm.core.Orchestrator} and what hangs on it. All that a host imports besides the SPI.
 */
@NullMarked
package io.privatefm.core;

import org.jspecify.annotations.NullMarked;
