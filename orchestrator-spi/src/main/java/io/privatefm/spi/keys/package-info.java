/* SPDX-License-Identifier: Apache-2.0 */
/** Where namespace keys are kept, outside the database. */
@NullMarked
package io.privatefm.spi.keys;

import org.jspecify.annotations.NullMarked;
