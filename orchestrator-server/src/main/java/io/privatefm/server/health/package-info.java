/* SPDX-License-Identifier: Apache-2.0 */
/** Whether what the service needs answers. */
@NullMarked
package io.privatefm.server.health;

import org.jspecify.annotations.NullMarked;
