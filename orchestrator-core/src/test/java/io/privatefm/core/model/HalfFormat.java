/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

/** The two 16-bit formats as IEEE 754 describes them: a sign, an exponent and a fraction; made to be read, not fast. */
enum HalfFormat {
    F16(5, 10),
    BF16(8, 7);

    private final int exponentBits;
    private final int fractionBits;

    HalfFormat(int exponentBits, int fractionBits) {
        this.exponentBits = exponentBits;
        this.fractionBits = fractionBits;
    }

    Dtype dtype() {
        return Dtype.valueOf(name());
    }

    /** Bits of the positive infinity; those of finite magnitudes are smaller, those of NaNs are greater. */
    int infinity() {
        return ((1 << exponentBits) - 1) << fractionBits;
    }

    /** The magnitude that these bits stand for; for infinity, what it would be if there were one more exponent. */
    double magnitude(int bits) {
        int exponent = bits >> fractionBits;
        int fraction = bits & ((1 << fractionBits) - 1);
        int bias = (1 << (exponentBits - 1)) - 1;
        return exponent == 0
                ? Math.scalb((double) fraction, 1 - bias - fractionBits)
                : Math.scalb((double) ((1 << fractionBits) + fraction), exponent - bias - fractionBits);
    }

    /** The NaN in binary32 with the sign and the payload of these bits, as its bits. */
    int nanBits(int bits) {
        int sign = bits >> 15 & 1;
        int payload = bits & ((1 << fractionBits) - 1);
        return sign << 31 | 0x7f800000 | payload << (23 - fractionBits);
    }

    /** The bits of the NaN with the sign and the upper payload bits of one in binary32, made quiet. */
    int quietNan(int binary32) {
        int sign = binary32 >>> 31;
        int payload = (binary32 & 0x7fffff) >> (23 - fractionBits);
        return sign << 15 | infinity() | 1 << (fractionBits - 1) | payload;
    }
}
