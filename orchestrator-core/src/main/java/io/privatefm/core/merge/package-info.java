/* SPDX-License-Identifier: Apache-2.0 */
/** The arithmetic {@code pfm-merge-1}: strategies, scalar kernels, and tensors that are computed while they are read. */
@NullMarked
package io.privatefm.core.merge;

import org.jspecify.annotations.NullMarked;
