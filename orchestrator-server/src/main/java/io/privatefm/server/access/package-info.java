/* SPDX-License-Identifier: Apache-2.0 */
/** Who may do what, and how often. */
@NullMarked
package io.privatefm.server.access;

import org.jspecify.annotations.NullMarked;
