/* SPDX-License-Identifier: Apache-2.0 */
/** How checkpoints are laid out, and what verifying one can find. */
@NullMarked
package io.privatefm.spi.checkpoint;

import org.jspecify.annotations.NullMarked;
