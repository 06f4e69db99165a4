/* SPDX-License-Identifier: Apache-2.0 */
/** What nights have done. */
@NullMarked
package io.privatefm.server.night;

import org.jspecify.annotations.NullMarked;
