/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A float type of the testkit")
class FloatTypeTest {
    private static final long SEED = 99;

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"F16", "BF16"})
    @DisplayName("gives the bits back that it took, all 65 536 of them")
    void everyValue(FloatType type) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            double value = type.decode(bits);
            if (!Double.isNaN(value)) {
                assertThat(type.encode(value)).isEqualTo(bits);
                assertThat(type.round(value)).isEqualTo(value);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("rounds to the nearest of its values, to the even one halfway")
    void nearest(FloatType type) {
        SplittableRandom random = new SplittableRandom(SEED);
        int one = type == FloatType.F32 ? 0x3f800000 : type == FloatType.F16 ? 0x3c00 : 0x3f80;
        for (int i = 0; i < 10_000; i++) {
            int bits = one + random.nextInt(-100, 100);
            double low = type.decode(bits);
            double high = type.decode(bits + 1);
            double step = high - low;
            assertThat(type.round(low + 0.49 * step)).isEqualTo(low);
            assertThat(type.round(low + 0.51 * step)).isEqualTo(high);
            assertThat(type.round(low + 0.5 * step)).isEqualTo(bits % 2 == 0 ? low : high);
        }
    }

    @ParameterizedTest(name = "{0} from {1} on")
    @CsvSource({"F16, 65520", "BF16, 0x1.ffp127", "F32, 0x1.ffffffp127"})
    @DisplayName("overflows to infinity halfway to the next power of two")
    void overflow(FloatType type, String limit) {
        double first = Double.parseDouble(limit);

        assertThat(type.round(first)).isInfinite();
        assertThat(type.round(-first)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(type.round(Math.nextDown(first))).isEqualTo(type.largest());
    }

    @Test
    @DisplayName("keeps the sign of zero, and rounds below its least value to zero")
    void zeros() {
        for (FloatType type : FloatType.values()) {
            double least = type.decode(1);
            assertThat(type.decode(type.encode(-0.0))).isEqualTo(-0.0);
            assertThat(type.round(least / 2)).isZero();
            assertThat(type.round(least * 0.51)).isEqualTo(least);
        }
    }
}
