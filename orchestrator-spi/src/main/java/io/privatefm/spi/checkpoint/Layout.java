/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.checkpoint;

/** What a stored variant holds. The content hash does not depend on it. */
public enum Layout {
    /** The tensors that differ from the foundation; the others are read from the foundation release. */
    DELTA,
    /** All tensors. */
    FULL
}
