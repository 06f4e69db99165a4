/* SPDX-License-Identifier: Apache-2.0 */
/** The console, in a browser. */
@NullMarked
package io.privatefm.server.console;

import org.jspecify.annotations.NullMarked;
