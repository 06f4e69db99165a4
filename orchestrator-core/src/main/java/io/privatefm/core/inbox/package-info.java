/* SPDX-License-Identifier: Apache-2.0 */
/** What comes in over the bus: what messages say, that each is taken once, and what becomes of those that are not taken. */
@NullMarked
package io.privatefm.core.inbox;

import org.jspecify.annotations.NullMarked;
