/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The float codec")
class FloatCodecTest {
    private static final int SIGN = 0x8000;

    @ParameterizedTest
    @EnumSource(HalfFormat.class)
    @DisplayName(
            "widens each of the 65 536 values exactly, signed zeros, subnormals, infinities and NaN payloads included")
    void widensEveryValue(HalfFormat format) {
        float[] widened = widenAll(format);
        for (int bits = 0; bits <= 0xffff; bits++) {
            assertBits(bits, widened[bits], expectedBits(format, bits));
        }
    }

    @ParameterizedTest
    @EnumSource(HalfFormat.class)
    @DisplayName("narrows what it widened to the same bits, but makes NaNs quiet")
    void narrowsItsOwnValues(HalfFormat format) {
        float[] widened = widenAll(format);
        for (int bits = 0; bits <= 0xffff; bits++) {
            boolean nan = (bits & ~SIGN) > format.infinity();
            assertNarrows(format, widened[bits], nan ? format.quietNan(format.nanBits(bits)) : bits);
        }
    }

    @ParameterizedTest
    @EnumSource(HalfFormat.class)
    @DisplayName("rounds to nearest between any two neighbours, and the midpoint to the even one, infinity included")
    void roundsToNearestEven(HalfFormat format) {
        for (int low = 0; low < format.infinity(); low++) {
            int high = low + 1;
            int even = (low & 1) == 0 ? low : high;
            double middle = (format.magnitude(low) + format.magnitude(high)) / 2;
            float midpoint = (float) middle;
            assertThat((double) midpoint)
                    .as("midpoint of %x and %x is binary32", low, high)
                    .isEqualTo(middle);
            assertNarrows(format, midpoint, even);
            assertNarrows(format, Math.nextDown(midpoint), low);
            assertNarrows(format, Math.nextUp(midpoint), high);
            assertNarrows(format, -midpoint, SIGN | even);
            assertNarrows(format, Math.nextUp(-midpoint), SIGN | low);
            assertNarrows(format, Math.nextDown(-midpoint), SIGN | high);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // largest finite value, and what lies beyond
        "F16,  65504,            7bff",
        "F16,  65519.996,        7bff",
        "F16,  65520,            7c00",
        "F16,  3.4028235e38,     7c00",
        "F16,  -65520,           fc00",
        "BF16, 3.3895314e38,     7f7f",
        "BF16, 0x1.fefffep127,   7f7f",
        "BF16, 0x1.ffp127,       7f80",
        "BF16, 3.4028235e38,     7f80",
        "BF16, -0x1.ffp127,      ff80",
        // smallest normal and subnormal values, and what lies below
        "F16,  0x1p-14,          0400",
        "F16,  0x1.ff8p-15,      03ff",
        "F16,  0x1.ffcp-15,      0400",
        "F16,  0x1p-24,          0001",
        "F16,  0x1.000002p-25,   0001",
        "F16,  0x1p-25,          0000",
        "F16,  -0x1p-25,         8000",
        "F16,  1.4e-45,          0000",
        "F16,  -1.4e-45,         8000",
        "BF16, 0x1p-126,         0080",
        "BF16, 0x1p-133,         0001",
        "BF16, 0x1p-134,         0000",
        "BF16, 0x1.8p-134,       0001",
        "BF16, -1.4e-45,         8000",
        // zeros and infinities
        "F16,  0.0,              0000",
        "F16,  -0.0,             8000",
        "F16,  Infinity,         7c00",
        "F16,  -Infinity,        fc00",
        "BF16, 0.0,              0000",
        "BF16, -0.0,             8000",
        "BF16, Infinity,         7f80",
        "BF16, -Infinity,        ff80"
    })
    @DisplayName("rounds at the edges of its range")
    void edges(HalfFormat format, String value, String hex) {
        assertNarrows(format, Float.parseFloat(value), Integer.parseInt(hex, 16));
    }

    @ParameterizedTest
    @EnumSource(HalfFormat.class)
    @DisplayName("keeps a NaN a NaN of that sign, with the upper bits of its payload")
    void nans(HalfFormat format) {
        SplittableRandom random = new SplittableRandom(TestSeed.of(getClass()));
        for (int i = 0; i < 10_000; i++) {
            // of all lengths, so that some are in the lower half alone
            int payload = random.nextInt(1, 2 << random.nextInt(23));
            int bits = random.nextInt(2) << 31 | 0x7f800000 | payload;
            assertNarrows(format, Float.intBitsToFloat(bits), format.quietNan(bits));
        }
    }

    @ParameterizedTest
    @EnumSource(HalfFormat.class)
    @DisplayName("rounds in place as it narrows and widens")
    void roundsInPlace(HalfFormat format) {
        SplittableRandom random = new SplittableRandom(TestSeed.of(getClass()));
        FloatCodec codec = FloatCodec.of(format.dtype());
        float[] values = new float[10_000];
        for (int i = 0; i < values.length; i++) {
            // half of them near the narrow range of F16
            float any = Float.intBitsToFloat(random.nextInt());
            values[i] = (i & 1) == 0 ? any : (float) Math.scalb(random.nextDouble() - 0.5, random.nextInt(-30, 20));
        }
        float[] expected = SafetensorsBytes.toFloats(format.dtype(), SafetensorsBytes.floats(format.dtype(), values));
        float[] rounded = values.clone();
        codec.round(rounded, rounded.length - 1);
        for (int i = 0; i < values.length - 1; i++) {
            assertBits(i, rounded[i], Float.floatToRawIntBits(expected[i]));
        }
        assertBits(values.length, rounded[values.length - 1], Float.floatToRawIntBits(values[values.length - 1]));
    }

    @Test
    @DisplayName("copies F32 bit by bit, NaN payloads and signs of zero included")
    void f32IsIdentity() {
        SplittableRandom random = new SplittableRandom(TestSeed.of(getClass()));
        FloatCodec codec = FloatCodec.of(Dtype.F32);
        int[] edges = {
            0, 0x80000000, 1, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7f800001, 0x7fc00000, 0xffffffff, 0xff800001
        };
        byte[] stored = new byte[4];
        float[] value = new float[1];
        byte[] back = new byte[4];
        for (int i = 0; i < 200_000; i++) {
            int bits = i < edges.length ? edges[i] : random.nextInt();
            ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).putInt(bits);
            codec.widen(stored, 0, value, 1);
            assertBits(bits, value[0], bits);
            codec.round(value, 1);
            assertThat(codec.narrow(value, 1, back, 0)).isEqualTo((bits & 0x7f800000) != 0x7f800000);
            if (!Arrays.equals(back, stored)) {
                assertThat(back).as("bits %08x", bits).isEqualTo(stored);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F32,  3.4028235e38, true",
        "F32,  Infinity,     false",
        "F32,  -Infinity,    false",
        "F32,  NaN,          false",
        "F16,  65504,        true",
        "F16,  65519,        true",
        "F16,  65520,        false",
        "F16,  -65520,       false",
        "F16,  NaN,          false",
        "BF16, 3.38e38,      true",
        "BF16, 3.4028235e38, false",
        "BF16, -Infinity,    false",
        "BF16, NaN,          false"
    })
    @DisplayName("tells whether all values are finite once rounded, wherever the odd one stands")
    void finite(Dtype dtype, float value, boolean finite) {
        FloatCodec codec = FloatCodec.of(dtype);
        for (int at = 0; at < 5; at++) {
            float[] values = {1, -2, 0, -0.0f, 4, Float.NaN};
            values[at] = value;
            assertThat(codec.narrow(values, 5, new byte[20], 0))
                    .as("%s at %d", value, at)
                    .isEqualTo(finite);
        }
        assertThat(codec.narrow(new float[] {value}, 0, new byte[0], 0))
                .as("no values")
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Dtype.class,
            names = {"F32", "F16", "BF16"})
    @DisplayName("reads and writes little-endian, at any offset, and only as many values as asked for")
    void placement(Dtype dtype) {
        FloatCodec codec = FloatCodec.of(dtype);
        int size = dtype.bytes();
        byte[] bytes = new byte[3 * size + 2];
        Arrays.fill(bytes, (byte) 0x55);
        codec.narrow(new float[] {1, -2, 99}, 2, bytes, 1);

        byte[] expected = new byte[bytes.length];
        Arrays.fill(expected, (byte) 0x55);
        String hex = dtype == Dtype.F32 ? "0000803f000000c0" : dtype == Dtype.F16 ? "003c00c0" : "803f00c0";
        System.arraycopy(HexFormat.of().parseHex(hex), 0, expected, 1, 2 * size);
        assertThat(bytes).isEqualTo(expected);

        float[] values = {7, 7, 7};
        codec.widen(bytes, 1, values, 2);
        assertThat(values).containsExactly(1, -2, 7);
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    @DisplayName("exists for the dtypes that can be merged")
    void dtypes(Dtype dtype) {
        if (EnumSet.of(Dtype.F32, Dtype.F16, Dtype.BF16).contains(dtype)) {
            assertThat(FloatCodec.of(dtype)).isNotNull();
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FloatCodec.of(dtype))
                    .withMessageContaining(dtype.name());
        }
    }

    private static float[] widenAll(HalfFormat format) {
        ByteBuffer bytes = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (int bits = 0; bits <= 0xffff; bits++) {
            bytes.putShort((short) bits);
        }
        return SafetensorsBytes.toFloats(format.dtype(), bytes.array());
    }

    private static int expectedBits(HalfFormat format, int bits) {
        int magnitude = bits & ~SIGN;
        if (magnitude > format.infinity()) {
            return format.nanBits(bits);
        }
        float value = magnitude == format.infinity() ? Float.POSITIVE_INFINITY : (float) format.magnitude(magnitude);
        return Float.floatToRawIntBits((bits & SIGN) == 0 ? value : -value);
    }

    private static void assertNarrows(HalfFormat format, float value, int expected) {
        byte[] bytes = SafetensorsBytes.floats(format.dtype(), value);
        int narrowed = (bytes[1] & 0xff) << 8 | (bytes[0] & 0xff);
        if (narrowed != expected) { // said in full only when it fails: there are millions of these
            throw new AssertionError(format + " of " + Float.toHexString(value) + " ("
                    + Integer.toHexString(Float.floatToRawIntBits(value)) + ") is " + Integer.toHexString(narrowed)
                    + ", not " + Integer.toHexString(expected));
        }
    }

    private static void assertBits(int source, float value, int expected) {
        int bits = Float.floatToRawIntBits(value);
        if (bits != expected) {
            throw new AssertionError(Integer.toHexString(source) + " became " + Integer.toHexString(bits) + ", not "
                    + Integer.toHexString(expected));
        }
    }
}
