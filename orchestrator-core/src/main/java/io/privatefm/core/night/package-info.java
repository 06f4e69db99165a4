/* SPDX-License-Identifier: Apache-2.0 */
/** The night: namespaces whose checkpoints are due, merged one after the other; and what is tidied up afterwards. */
@NullMarked
package io.privatefm.core.night;

import org.jspecify.annotations.NullMarked;
