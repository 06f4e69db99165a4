/* SPDX-License-Identifier: Apache-2.0 */
/** The right to work on a namespace alone: taken, renewed while the work lasts, and given back. */
@NullMarked
package io.privatefm.core.lease;

import org.jspecify.annotations.NullMarked;
