/* SPDX-License-Identifier: Apache-2.0 */
/** What a merge computes per tensor (strategy) and how (kernels), in the fixed arithmetic pfm-merge-1. */
@NullMarked
package io.privatefm.spi.merge;

import org.jspecify.annotations.NullMarked;
