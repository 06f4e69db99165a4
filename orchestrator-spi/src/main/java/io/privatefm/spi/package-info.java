/* SPDX-License-Identifier: Apache-2.0 */
/** Identifiers, digests and the typed errors that every contract shares. */
@NullMarked
package io.privatefm.spi;

import org.jspecify.annotations.NullMarked;
