/* SPDX-License-Identifier: Apache-2.0 */
/** The service under load while what it stands on goes away and comes back. */
@NullMarked
package io.privatefm.server.load;

import org.jspecify.annotations.NullMarked;
