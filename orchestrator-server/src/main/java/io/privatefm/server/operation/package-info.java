/* SPDX-License-Identifier: Apache-2.0 */
/** Work that is asked for now and done soon: merges, fallbacks and nights, kept until they ended. */
@NullMarked
package io.privatefm.server.operation;

import org.jspecify.annotations.NullMarked;
