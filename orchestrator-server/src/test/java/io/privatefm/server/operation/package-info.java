/* SPDX-License-Identifier: Apache-2.0 */
/** Durable operations, against real databases. */
@NullMarked
package io.privatefm.server.operation;

import org.jspecify.annotations.NullMarked;
