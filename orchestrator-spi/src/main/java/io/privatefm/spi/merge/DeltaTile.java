/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

/**
 * The scaled low-rank updates of several adapters for one run of elements of one tensor, in the ascending code-point
 * order of their subjects. The arrays are scratch of the calling thread: a strategy may read them during the call only.
 */
public interface DeltaTile {
    /** Name of the tensor in the foundation. */
    String tensor();

    /** Index of the tile's first element in the tensor, row-major, as stored. */
    long firstElement();

    /** Number of elements, the same for all adapters. */
    int length();

    /** Number of adapters that change this tensor, at least 1. */
    int adapters();

    /** Weight of an adapter in the merge. */
    float weight(int adapter);

    /** Update of an adapter, {@code length()} binary32 values from index 0: {@code (B·A)·scale}, not yet weighted. */
    float[] delta(int adapter);
}
