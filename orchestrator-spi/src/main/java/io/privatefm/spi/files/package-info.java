/* SPDX-License-Identifier: Apache-2.0 */
/** Named files with ranged reads: what every file-level store hands out; core alone parses them. */
@NullMarked
package io.privatefm.spi.files;

import org.jspecify.annotations.NullMarked;
