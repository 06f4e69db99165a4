/* SPDX-License-Identifier: Apache-2.0 */
/** The event log of a namespace: what happened, in order, appended in the transaction that did it. */
@NullMarked
package io.privatefm.core.journal;

import org.jspecify.annotations.NullMarked;
