/* SPDX-License-Identifier: Apache-2.0 */
/** When background jobs are due, and the scheduler of a single process. */
@NullMarked
package io.privatefm.core.schedule;

import org.jspecify.annotations.NullMarked;
