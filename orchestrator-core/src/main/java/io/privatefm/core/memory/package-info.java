/* SPDX-License-Identifier: Apache-2.0 */
/** In-memory store, blobs, bus and vault, for tests and first steps. */
@NullMarked
package io.privatefm.core.memory;

import org.jspecify.annotations.NullMarked;
