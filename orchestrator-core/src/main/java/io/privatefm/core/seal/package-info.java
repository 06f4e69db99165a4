/* SPDX-License-Identifier: Apache-2.0 */
/** How bytes are encrypted before they are stored: keys, AEAD streams, the blob header, and why something does not open. */
@NullMarked
package io.privatefm.core.seal;

import org.jspecify.annotations.NullMarked;
