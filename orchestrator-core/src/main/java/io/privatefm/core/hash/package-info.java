/* SPDX-License-Identifier: Apache-2.0 */
/** The content hash {@code pfm-tree-1}, computed while tensors stream from where they are to where they go. */
@NullMarked
package io.privatefm.core.hash;

import org.jspecify.annotations.NullMarked;
