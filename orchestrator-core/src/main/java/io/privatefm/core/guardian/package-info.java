/* SPDX-License-Identifier: Apache-2.0 */
/** Deletion at a guardian's request: the only room that destroys keys and all blobs of a namespace. */
@NullMarked
package io.privatefm.core.guardian;

import org.jspecify.annotations.NullMarked;
