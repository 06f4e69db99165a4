/* SPDX-License-Identifier: Apache-2.0 */
/** Checkpoints: manifest, publishing, reading, verifying, export as a model directory. */
@NullMarked
package io.privatefm.core.checkpoint;

import org.jspecify.annotations.NullMarked;
