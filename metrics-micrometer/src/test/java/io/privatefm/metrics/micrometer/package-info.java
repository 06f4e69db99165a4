/* SPDX-License-Identifier: Apache-2.0 */
/** Tests of the meters, on the registry that Prometheus scrapes. */
@NullMarked
package io.privatefm.metrics.micrometer;

import org.jspecify.annotations.NullMarked;
