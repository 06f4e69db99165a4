/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

/**
 * Gives the bytes of one tensor by ranges, little-endian and row-major as safetensors stores them: read from a file, or
 * computed on the way. Safe for use by several threads at once; the same range always has the same bytes.
 */
public interface TensorSource {
    /** Name, dtype and shape. */
    TensorInfo info();

    /**
     * Writes a range of the tensor's bytes.
     *
     * @param offset first byte, a multiple of the element size
     * @param target receives the bytes
     * @param at index in {@code target} of the first byte
     * @param length number of bytes, a multiple of the element size
     */
    void read(long offset, byte[] target, int at, int length);

    /** Called when no more ranges are needed for now, so that what was loaded for them can go. */
    default void release() {}
}
