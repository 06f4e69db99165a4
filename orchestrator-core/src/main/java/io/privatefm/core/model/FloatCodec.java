/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Converts between stored little-endian values and binary32: widening is exact, narrowing rounds to nearest, ties to even
 * (IEEE 754). NaN keeps its sign and the upper bits of its payload and stays a NaN.
 */
public abstract class FloatCodec {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final FloatCodec F32 = new F32();
    private static final FloatCodec F16 = new F16();
    private static final FloatCodec BF16 = new BF16();

    private FloatCodec() {}

    /**
     * The codec of a dtype.
     *
     * @param dtype F32, F16 or BF16
     */
    public static FloatCodec of(Dtype dtype) {
        return switch (dtype) {
            case F32 -> F32;
            case F16 -> F16;
            case BF16 -> BF16;
            default -> throw new IllegalArgumentException(dtype + " is not merged");
        };
    }

    /** Reads {@code count} values from {@code source[at ..)} into {@code target[0 .. count)}. */
    public abstract void widen(byte[] source, int at, float[] target, int count);

    /**
     * Rounds {@code source[0 .. count)} and writes it to {@code target[at ..)}.
     *
     * @return whether all written values are finite
     */
    public abstract boolean narrow(float[] source, int count, byte[] target, int at);

    /** Rounds {@code values[0 .. count)} to the dtype, in place. */
    public abstract void round(float[] values, int count);

    private static final class F32 extends FloatCodec {
        @Override
        public void widen(byte[] source, int at, float[] target, int count) {
            for (int i = 0; i < count; i++) {
                target[i] = Float.intBitsToFloat((int) INTS.get(source, at + 4 * i));
            }
        }

        @Override
        public boolean narrow(float[] source, int count, byte[] target, int at) {
            int largest = 0;
            for (int i = 0; i < count; i++) {
                int bits = Float.floatToRawIntBits(source[i]);
                largest = Math.max(largest, bits & 0x7fffffff);
                INTS.set(target, at + 4 * i, bits);
            }
            return largest < 0x7f800000;
        }

        @Override
        public void round(float[] values, int count) {
            // binary32 already
        }
    }

    private static final class BF16 extends FloatCodec {
        @Override
        public void widen(byte[] source, int at, float[] target, int count) {
            for (int i = 0; i < count; i++) {
                target[i] = Float.intBitsToFloat((short) SHORTS.get(source, at + 2 * i) << 16);
            }
        }

        @Override
        public boolean narrow(float[] source, int count, byte[] target, int at) {
            int largest = 0;
            for (int i = 0; i < count; i++) {
                int bits = toBits(source[i]);
                largest = Math.max(largest, bits & 0x7fff);
                SHORTS.set(target, at + 2 * i, (short) bits);
            }
            return largest < 0x7f80;
        }

        @Override
        public void round(float[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = Float.intBitsToFloat(toBits(values[i]) << 16);
            }
        }

        private static int toBits(float value) {
            int bits = Float.floatToRawIntBits(value);
            int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
            return (bits & 0x7fffffff) > 0x7f800000 ? (bits >>> 16) | 0x40 : rounded;
        }
    }

    private static final class F16 extends FloatCodec {
        @Override
        public void widen(byte[] source, int at, float[] target, int count) {
            for (int i = 0; i < count; i++) {
                target[i] = toFloat((short) SHORTS.get(source, at + 2 * i));
            }
        }

        @Override
        public boolean narrow(float[] source, int count, byte[] target, int at) {
            int largest = 0;
            for (int i = 0; i < count; i++) {
                int bits = toBits(source[i]);
                largest = Math.max(largest, bits & 0x7fff);
                SHORTS.set(target, at + 2 * i, (short) bits);
            }
            return largest < 0x7c00;
        }

        @Override
        public void round(float[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = toFloat((short) toBits(values[i]));
            }
        }

        private static float toFloat(short half) {
            int sign = (half & 0x8000) << 16;
            int magnitude = half & 0x7fff;
            if (magnitude >= 0x7c00) {
                return Float.intBitsToFloat(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
            }
            // an exact product: as binary32 bits the half is a number 2^112 too small, subnormal halves included
            float scaled = Float.intBitsToFloat(magnitude << 13) * 0x1p112f;
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(scaled));
        }

        private static int toBits(float value) {
            int bits = Float.floatToRawIntBits(value);
            int sign = (bits >>> 16) & 0x8000;
            int magnitude = bits & 0x7fffffff;
            if (magnitude > 0x7f800000) {
                return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
            }
            if (magnitude >= 0x477ff000) {
                return sign | 0x7c00; // 65520 and more round to infinity
            }
            if (magnitude < 0x38800000) {
                // subnormal or zero: adding 0.5 aligns the value so that the addition itself rounds it
                float aligned = Float.intBitsToFloat(magnitude) + 0.5f;
                return sign | (Float.floatToRawIntBits(aligned) - 0x3f000000);
            }
            return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
        }
    }
}
