/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

/** Takes the bytes of a stream of tensors, in order, on one thread. */
@FunctionalInterface
public interface SegmentSink {
    /** A sink for when only the digests are wanted. */
    SegmentSink NONE = (bytes, length) -> {};

    /** Takes {@code bytes[0 .. length)}; the array is used again afterwards. */
    void write(byte[] bytes, int length);
}
