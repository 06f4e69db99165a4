/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import io.privatefm.spi.CodePointOrder;
import java.util.Comparator;

/** What a safetensors header says of one tensor, its place apart. */
public record TensorInfo(String name, Dtype dtype, Shape shape) {
    /** Ascending by the names' UTF-8 bytes: the order of the content hash. */
    public static final Comparator<TensorInfo> BY_NAME =
            Comparator.comparing(TensorInfo::name, CodePointOrder.COMPARATOR);

    /** Dtype descending, then name: the order in which the reference implementation lays tensors out in a file. */
    public static final Comparator<TensorInfo> FILE_ORDER =
            Comparator.comparing(TensorInfo::dtype).reversed().thenComparing(BY_NAME);

    /**
     * Size of the tensor's data.
     *
     * @throws ArithmeticException if it overflows, or is not a whole number of bytes
     */
    public long byteLength() {
        long bits = Math.multiplyExact(shape.elements(), (long) dtype.bits());
        if (bits % 8 != 0) {
            throw new ArithmeticException("not a whole number of bytes");
        }
        return bits / 8;
    }
}
