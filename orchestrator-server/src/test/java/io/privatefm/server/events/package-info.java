/* SPDX-License-Identifier: Apache-2.0 */
/** Events over a real broker, between processes that are really killed. */
@NullMarked
package io.privatefm.server.events;

import org.jspecify.annotations.NullMarked;
