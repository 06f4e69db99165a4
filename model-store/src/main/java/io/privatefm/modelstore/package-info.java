/* SPDX-License-Identifier: Apache-2.0 */
/** Foundation, adapter and blob stores, and a key vault, in local directories; foundations on HTTP servers. */
@NullMarked
package io.privatefm.modelstore;

import org.jspecify.annotations.NullMarked;
