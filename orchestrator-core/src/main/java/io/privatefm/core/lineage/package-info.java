/* SPDX-License-Identifier: Apache-2.0 */
/** Where a model comes from: what publishers sign of a foundation release, and whether something of a learner is in it. */
@NullMarked
package io.privatefm.core.lineage;

import org.jspecify.annotations.NullMarked;
