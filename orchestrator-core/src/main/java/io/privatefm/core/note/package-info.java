/* SPDX-License-Identifier: Apache-2.0 */
/** Signed text as {@code c2sp.org/signed-note} has it, with one Ed25519 signature, and the keys that say who signs. */
@NullMarked
package io.privatefm.core.note;

import org.jspecify.annotations.NullMarked;
