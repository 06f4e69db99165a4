/* SPDX-License-Identifier: Apache-2.0 */
/** How checkpoints are laid out, what verifying one can find, and how long they are kept. */
@NullMarked
package io.privatefm.spi.checkpoint;

import org.jspecify.annotations.NullMarked;
