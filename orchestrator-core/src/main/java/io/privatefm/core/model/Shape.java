/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Dimensions of a tensor, outermost first; none for a scalar. Each is from 0 to 2^53 - 1, as manifests can say it, and their
 * product fits a long.
 */
public final class Shape {
    private static final long MAX_DIM = (1L << 53) - 1;

    private final long[] dims;
    private final long elements;

    private Shape(long[] dims) {
        long product = 1;
        for (long dim : dims) {
            if (dim < 0) {
                throw new ArithmeticException("negative dimension");
            }
            if (dim > MAX_DIM) {
                throw new ArithmeticException("a dimension beyond 2^53 - 1");
            }
            product = Math.multiplyExact(product, dim);
        }
        this.dims = dims;
        this.elements = product;
    }

    /**
     * A shape of these dimensions.
     *
     * @throws ArithmeticException if one is out of range or the product overflows
     */
    public static Shape of(long... dims) {
        return new Shape(dims.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Dimension {@code index}, from 0. */
    public long dim(int index) {
        return dims[index];
    }

    /** Product of all dimensions; 1 for a scalar. */
    public long elements() {
        return elements;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For example {@code [64, 160]}. */
    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
