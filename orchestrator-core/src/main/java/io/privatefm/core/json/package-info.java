/* SPDX-License-Identifier: Apache-2.0 */
/** JSON as this project reads it (strictly) and writes it (canonically, RFC 8785). */
@NullMarked
package io.privatefm.core.json;

import org.jspecify.annotations.NullMarked;
