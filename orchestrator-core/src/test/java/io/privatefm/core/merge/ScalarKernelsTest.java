/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.model.TestSeed;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The scalar kernel")
class ScalarKernelsTest {
    private static final long SEED = TestSeed.of(ScalarKernelsTest.class);
    private static final ScalarKernels KERNELS = new ScalarKernels();

    /** What is not to be written. */
    private static final float UNTOUCHED = 12345f;

    /** One product and a run of its elements. */
    private static final class Product {
        private final float[] left;
        private final float[][] right;
        private final int columns;
        private final long first;
        private final int length;
        private final float scale;

        Product(float[] left, float[][] right, int columns, long first, int length, float scale) {
            this.left = left;
            this.right = right;
            this.columns = columns;
            this.first = first;
            this.length = length;
            this.scale = scale;
        }

        float[] byKernel() {
            float[] delta = new float[length + 3];
            Arrays.fill(delta, UNTOUCHED);
            KERNELS.lowRankProduct(left, right, right.length, columns, first, length, scale, delta);
            return delta;
        }

        /** The specification as it is written: a dot product for each element, k ascending. */
        float[] byDefinition() {
            float[] delta = new float[length + 3];
            Arrays.fill(delta, UNTOUCHED);
            int rank = right.length;
            for (int n = 0; n < length; n++) {
                int i = (int) ((first + n) / columns);
                int j = (int) ((first + n) % columns);
                float acc = 0;
                for (int k = 0; k < rank; k++) {
                    acc = Math.fma(left[i * rank + k], right[k][j], acc);
                }
                delta[n] = acc * scale;
            }
            return delta;
        }
    }

    static IntStream ranks() {
        return IntStream.rangeClosed(1, 70);
    }

    @ParameterizedTest(name = "rank {0}")
    @MethodSource("ranks")
    @DisplayName("gives the bits of the plain dot product, for runs that begin and end inside rows")
    void runsInsideRows(int rank) {
        SplittableRandom random = new SplittableRandom(SEED + rank);
        int[] widths = {1, 2, 3, 7, 64, 1023, 1024, 1025, 1 + random.nextInt(2300)};
        for (int columns : widths) {
            int rows = 1 + random.nextInt(9);
            float[] left = values(random, rows * rank);
            float[][] right = new float[rank][];
            Arrays.setAll(right, k -> values(random, columns));
            float scale = (float) random.nextDouble(-3, 3);
            int elements = rows * columns;
            int first = random.nextInt(elements);
            int length = 1 + random.nextInt(elements - first);

            assertSameBits(new Product(left, right, columns, 0, elements, scale), "all elements");
            assertSameBits(new Product(left, right, columns, first, length, scale), "a run");
            assertSameBits(new Product(left, right, columns, elements - 1, 1, scale), "the last element");
            assertSameBits(new Product(left, right, columns, first, 0, scale), "no element");
        }
    }

    @Test
    @DisplayName("keeps zeros of both signs, subnormal values, infinities and NaN as the definition does")
    void specialValues() {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] special = {
            0f,
            -0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            -0x0.8p-126f,
            1f,
            -1f,
            0x1.000002p0f,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN
        };
        for (int round = 0; round < 500; round++) {
            int rank = 1 + random.nextInt(9);
            int columns = 1 + random.nextInt(40);
            int rows = 1 + random.nextInt(5);
            float[] left = picks(random, special, rows * rank);
            float[][] right = new float[rank][];
            Arrays.setAll(right, k -> picks(random, special, columns));
            float scale = special[random.nextInt(special.length)];
            assertSameBits(new Product(left, right, columns, 0, rows * columns, scale), "round " + round);
        }
    }

    @Test
    @DisplayName("lets an infinity and a NaN of a factor through to the result")
    void passesNonFinite() {
        float[] left = {1, 1, 1, 1, 1};
        float[][] right = {{1, 1}, {Float.POSITIVE_INFINITY, 1}, {1, 1}, {1, Float.NaN}, {1, 1}};

        float[] delta = new Product(left, right, 2, 0, 2, 2f).byKernel();

        assertThat(delta[0]).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(delta[1]).isNaN();
    }

    @Test
    @DisplayName("counts elements beyond 2^31")
    void largeIndex() {
        int columns = 1 << 16;
        int rows = 1 << 16;
        SplittableRandom random = new SplittableRandom(5);
        float[] left = values(random, rows);
        float[][] right = {values(random, columns)};

        assertSameBits(new Product(left, right, columns, (1L << 32) - columns - 10, 30, 0.5f), "across rows");
    }

    @Test
    @DisplayName("runs everywhere, with the lowest priority")
    void fallback() {
        assertThat(KERNELS.isSupported()).isTrue();
        assertThat(KERNELS.priority()).isZero();
        assertThat(KERNELS.id()).isEqualTo("scalar");
    }

    private static void assertSameBits(Product product, String what) {
        float[] expected = product.byDefinition();
        float[] found = product.byKernel();
        for (int n = 0; n < expected.length; n++) {
            // the bits of a NaN are the processor's choice, that it is one is not
            assertThat(Float.floatToIntBits(found[n]))
                    .as(
                            "%s of rank %s, %s columns: element %s is %s, should be %s",
                            what, product.right.length, product.columns, product.first + n, found[n], expected[n])
                    .isEqualTo(Float.floatToIntBits(expected[n]));
        }
    }

    private static float[] values(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private static float[] picks(SplittableRandom random, float[] from, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = from[random.nextInt(from.length)];
        }
        return values;
    }
}
