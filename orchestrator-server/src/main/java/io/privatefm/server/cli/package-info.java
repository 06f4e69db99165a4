/* SPDX-License-Identifier: Apache-2.0 */
/** The command {@code pfm}. */
@NullMarked
package io.privatefm.server.cli;

import org.jspecify.annotations.NullMarked;
