/* SPDX-License-Identifier: Apache-2.0 */
/** Frozen foundation releases: opened, hashed, and held against the content hash that was promised. */
@NullMarked
package io.privatefm.core.foundation;

import org.jspecify.annotations.NullMarked;
