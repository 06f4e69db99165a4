/* SPDX-License-Identifier: Apache-2.0 */
/** The whole engine in simulated time: random faults, crashes at every call, and what must hold after each step. */
@NullMarked
package io.privatefm.server.simulation;

import org.jspecify.annotations.NullMarked;
