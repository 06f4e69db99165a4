/* SPDX-License-Identifier: Apache-2.0 */
/** When background jobs run, and on which node. */
@NullMarked
package io.privatefm.spi.schedule;

import org.jspecify.annotations.NullMarked;
