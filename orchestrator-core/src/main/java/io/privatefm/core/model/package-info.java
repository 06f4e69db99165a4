/* SPDX-License-Identifier: Apache-2.0 */
/** Model directories and safetensors files: dtypes, headers, ranged tensors, the canonical writer. */
@NullMarked
package io.privatefm.core.model;

import org.jspecify.annotations.NullMarked;
