/* SPDX-License-Identifier: Apache-2.0 */
/** The service as a whole. */
@NullMarked
package io.privatefm.server;

import org.jspecify.annotations.NullMarked;
