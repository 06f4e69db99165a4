/* SPDX-License-Identifier: Apache-2.0 */
/** Where trained LoRA adapters come from. */
@NullMarked
package io.privatefm.spi.adapter;

import org.jspecify.annotations.NullMarked;
