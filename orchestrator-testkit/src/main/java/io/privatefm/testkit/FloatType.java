/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

/**
 * The floating-point types that are merged, described by their parameters: values are rounded by arithmetic on doubles
 * rather than by shifting bits, so that a mistake of the engine is not repeated here.
 */
public enum FloatType {
    /** IEEE 754 binary32. */
    F32(4, 24, -126, 0x1.fffffep127),
    /** IEEE 754 binary16. */
    F16(2, 11, -14, 65504),
    /** The upper half of a binary32. */
    BF16(2, 8, -126, 0x1.fep127);

    private final int bytes;
    private final int precision;
    private final int minExponent;
    private final double largest;

    FloatType(int bytes, int precision, int minExponent, double largest) {
        this.bytes = bytes;
        this.precision = precision;
        this.minExponent = minExponent;
        this.largest = largest;
    }

    /** Size of one value in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The largest finite value. */
    public double largest() {
        return largest;
    }

    /** The nearest value of this type, the even one of two; an infinity beyond the largest. */
    public double round(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value;
        }
        double unit = unit(value);
        double rounded = Math.rint(value / unit) * unit;
        return Math.abs(rounded) > largest ? Math.copySign(Double.POSITIVE_INFINITY, value) : rounded;
    }

    /** The bits of a value, rounded first. */
    int encode(double value) {
        double rounded = round(value);
        if (this != F16) {
            int bits = Float.floatToIntBits((float) rounded);
            return this == F32 ? bits : bits >>> 16;
        }
        int sign = Math.copySign(1, rounded) < 0 ? 0x8000 : 0;
        double magnitude = Math.abs(rounded);
        if (Double.isNaN(magnitude)) {
            return 0x7e00;
        }
        if (Double.isInfinite(magnitude)) {
            return sign | 0x7c00;
        }
        if (magnitude < 0x1p-14) {
            return sign | (int) (magnitude / 0x1p-24);
        }
        int exponent = Math.getExponent(magnitude);
        int fraction = (int) ((Math.scalb(magnitude, -exponent) - 1) * 1024);
        return sign | (exponent + 15) << 10 | fraction;
    }

    /** The value of these bits. */
    double decode(int bits) {
        if (this == F32) {
            return Float.intBitsToFloat(bits);
        }
        if (this == BF16) {
            return Float.intBitsToFloat(bits << 16);
        }
        int exponent = (bits >> 10) & 31;
        int fraction = bits & 1023;
        double sign = (bits & 0x8000) == 0 ? 1 : -1;
        if (exponent == 31) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb((double) fraction, -24)
                : sign * Math.scalb(1 + fraction / 1024.0, exponent - 15);
    }

    private double unit(double value) {
        return Math.scalb(1.0, Math.max(Math.getExponent(value), minExponent) - precision + 1);
    }
}
