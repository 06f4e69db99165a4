/* SPDX-License-Identifier: Apache-2.0 */
/** How the service logs, and that no secret gets into what it logs. */
@NullMarked
package io.privatefm.server.log;

import org.jspecify.annotations.NullMarked;
