/* SPDX-License-Identifier: Apache-2.0 */
/** Pure planning: what a merge will compute, decided before anything is read in bulk. */
@NullMarked
package io.privatefm.core.plan;

import org.jspecify.annotations.NullMarked;
