/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.merge.DeltaTile;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The weighted sum")
class WeightedSumTest {
    private static final WeightedSum SUM = new WeightedSum();

    /** A tile of updates that are there already. */
    private static final class Tile implements DeltaTile {
        private final float[] weights;
        private final float[][] deltas;
        private final int length;

        Tile(float[] weights, float[][] deltas, int length) {
            this.weights = weights;
            this.deltas = deltas;
            this.length = length;
        }

        @Override
        public String tensor() {
            return "t";
        }

        @Override
        public long firstElement() {
            return 0;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int adapters() {
            return weights.length;
        }

        @Override
        public float weight(int adapter) {
            return weights[adapter];
        }

        @Override
        public float[] delta(int adapter) {
            return deltas[adapter];
        }
    }

    @Test
    @DisplayName("multiplies each update by its weight and adds in the order of the adapters, in binary32")
    void adds() {
        SplittableRandom random = new SplittableRandom(TestSeed.of(getClass()));
        for (int adapters = 1; adapters <= 5; adapters++) {
            int length = 1 + random.nextInt(300);
            float[] weights = new float[adapters];
            float[][] deltas = new float[adapters][length];
            for (int i = 0; i < adapters; i++) {
                weights[i] = (float) random.nextDouble(-2, 2);
                for (int j = 0; j < length; j++) {
                    deltas[i][j] = (float) random.nextDouble(-1e-3, 1e3);
                }
            }
            float[] combined = new float[length];
            Arrays.fill(combined, Float.NaN);

            SUM.combine(new Tile(weights, deltas, length), combined);

            for (int j = 0; j < length; j++) {
                float sum = weights[0] * deltas[0][j];
                for (int i = 1; i < adapters; i++) {
                    float product = weights[i] * deltas[i][j];
                    sum = sum + product;
                }
                assertThat(Float.floatToRawIntBits(combined[j])).isEqualTo(Float.floatToRawIntBits(sum));
            }
        }
    }

    @Test
    @DisplayName("does not contract a product and a sum into one operation")
    void isNotFused() {
        float[] combined = new float[1];
        // in one operation: 1 + 2^-23 + 2^-24, rounded once; in two: the product loses its last bit first
        float weight = 0x1.000002p0f;
        float delta = 0x1.000002p0f;
        SUM.combine(new Tile(new float[] {1f, weight}, new float[][] {{0x1p-24f}, {delta}}, 1), combined);

        assertThat(combined[0]).isEqualTo(0x1p-24f + weight * delta).isNotEqualTo(Math.fma(weight, delta, 0x1p-24f));
    }

    @Test
    @DisplayName("of one adapter with weight 1 is that adapter's update, down to the sign of a zero")
    void identity() {
        float[] delta = {0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY};
        float[] combined = new float[delta.length];

        SUM.combine(new Tile(new float[] {1f}, new float[][] {delta}, delta.length), combined);

        for (int i = 0; i < delta.length; i++) {
            assertThat(Float.floatToRawIntBits(combined[i])).isEqualTo(Float.floatToRawIntBits(delta[i]));
        }
    }

    @Test
    @DisplayName("writes no further than the tile is long and leaves the updates as they are")
    void staysInside() {
        float[] delta = {1, 2, 3};
        float[] combined = {9, 9, 9, 9};

        SUM.combine(new Tile(new float[] {2f, 3f}, new float[][] {delta, delta}, 2), combined);

        assertThat(combined).containsExactly(5, 10, 9, 9);
        assertThat(delta).containsExactly(1, 2, 3);
    }

    @Test
    @DisplayName("is known as weighted-sum, revision 1")
    void isNamed() {
        assertThat(SUM.id()).isEqualTo("weighted-sum");
        assertThat(SUM.revision()).isEqualTo(1);
    }
}
