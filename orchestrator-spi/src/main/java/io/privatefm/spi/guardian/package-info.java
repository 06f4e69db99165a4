/* SPDX-License-Identifier: Apache-2.0 */
/** Who may have a learner's namespace deleted. */
@NullMarked
package io.privatefm.spi.guardian;

import org.jspecify.annotations.NullMarked;
