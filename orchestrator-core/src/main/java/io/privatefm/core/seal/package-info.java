/* SPDX-License-Identifier: Apache-2.0 */
/** How bytes are wrapped before they are stored: the blob header, and room in it for the encryption to come. */
@NullMarked
package io.privatefm.core.seal;

import org.jspecify.annotations.NullMarked;
