/* SPDX-License-Identifier: Apache-2.0 */
/** What operators watch, as Micrometer meters: start with {@link io.privatefm.metrics.micrometer.PfmMetrics#on}. */
@NullMarked
package io.privatefm.metrics.micrometer;

import org.jspecify.annotations.NullMarked;
