/* SPDX-License-Identifier: Apache-2.0 */
/** What operators watch, as Micrometer meters. */
package io.privatefm.metrics.micrometer;
