/* SPDX-License-Identifier: Apache-2.0 */
/** Content-addressed storage of the bytes of adapters, checkpoints and manifests. */
@NullMarked
package io.privatefm.spi.blob;

import org.jspecify.annotations.NullMarked;
