/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A shape")
class ShapeTest {
    private static final long MAX = (1L << 53) - 1;

    @Test
    @DisplayName("has one element if it is a scalar, and none if a dimension is zero")
    void elements() {
        assertThat(Shape.of().elements()).isOne();
        assertThat(Shape.of(64, 160).elements()).isEqualTo(10_240);
        assertThat(Shape.of(5, 0, 7).elements()).isZero();
        assertThat(Shape.of(0, MAX, MAX).elements()).isZero();
        assertThat(Shape.of(MAX).elements()).isEqualTo(MAX);
    }

    @Test
    @DisplayName("has no negative dimension, none that a manifest cannot say, and no product beyond a long")
    void outOfRange() {
        assertOutOfRange(-1);
        assertOutOfRange(2, -2);
        assertOutOfRange(0, -1);
        assertOutOfRange(1L << 32, 1L << 31);
        assertOutOfRange(MAX, 1025, 0);
        assertOutOfRange(0, MAX + 1);
    }

    @Test
    @DisplayName("keeps its dimensions when the array that it was made of changes")
    void isImmutable() {
        long[] dims = {2, 3};
        Shape shape = Shape.of(dims);
        dims[0] = 7;
        assertThat(shape.rank()).isEqualTo(2);
        assertThat(shape.dim(0)).isEqualTo(2);
        assertThat(shape.dim(1)).isEqualTo(3);
    }

    @Test
    @DisplayName("equals a shape of the same dimensions alone")
    void equality() {
        assertThat(Shape.of(2, 3)).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
        assertThat(Shape.of(2, 3))
                .isNotEqualTo(Shape.of(3, 2))
                .isNotEqualTo(Shape.of(6))
                .isNotEqualTo(Shape.of(2, 3, 1));
    }

    @Test
    @DisplayName("is written as a list")
    void text() {
        assertThat(Shape.of(64, 160)).hasToString("[64, 160]");
        assertThat(Shape.of()).hasToString("[]");
    }

    private static void assertOutOfRange(long... dims) {
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Shape.of(dims));
    }
}
