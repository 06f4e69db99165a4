/* SPDX-License-Identifier: Apache-2.0 */
/** Foundation, adapter and blob stores in local directories. */
@NullMarked
package io.privatefm.modelstore;

import org.jspecify.annotations.NullMarked;
