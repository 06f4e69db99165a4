/* SPDX-License-Identifier: Apache-2.0 */
/** The one place from which a foundation directory is written: an operator's import. Nothing of the engine knows it. */
@NullMarked
package io.privatefm.server.foundation;

import org.jspecify.annotations.NullMarked;
