/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.model.Dtype;
import io.privatefm.spi.merge.Rounding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Reference for the tests: the arithmetic {@code pfm-merge-1} as its specification says it (merge semantics, section 0),
 * element by element and as plainly as possible. Uses nothing of the code under test. Matrices are row-major.
 */
final class PfmMerge1 {
    private PfmMerge1() {}

    /** The scaled update of one adapter and the adapter's weight. */
    static final class Term {
        final float weight;
        final float[] delta;

        Term(float weight, float... delta) {
            this.weight = weight;
            this.delta = delta;
        }
    }

    /** Rule 1 and 2: {@code (B·A)·s}, A: (rank, in), B: (out, rank), the result: (out, in). */
    static float[] delta(float[] a, float[] b, int rank, float scale) {
        int in = a.length / rank;
        int out = b.length / rank;
        float[] delta = new float[out * in];
        for (int i = 0; i < out; i++) {
            for (int j = 0; j < in; j++) {
                float acc = 0;
                for (int k = 0; k < rank; k++) {
                    acc = Math.fma(b[i * rank + k], a[k * in + j], acc);
                }
                delta[i * in + j] = acc * scale;
            }
        }
        return delta;
    }

    static float[] transpose(float[] matrix, int rows) {
        int columns = matrix.length / rows;
        float[] transposed = new float[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            transposed[i % columns * rows + i / columns] = matrix[i];
        }
        return transposed;
    }

    /** Rule 3 for one adapter of weight 1, rule 4 for several. */
    static float[] sum(Dtype dtype, Rounding rounding, float[] base, List<Term> terms) {
        float[] merged = new float[base.length];
        for (int i = 0; i < base.length; i++) {
            float update = terms.get(0).weight * terms.get(0).delta[i];
            for (Term term : terms.subList(1, terms.size())) {
                update = update + term.weight * term.delta[i];
            }
            if (rounding == Rounding.SAFE) {
                update = round(dtype, update);
            }
            merged[i] = round(dtype, base[i] + update);
        }
        return merged;
    }

    /** The compatibility mode of rule 4: one after the other, each into the rounded result of the one before. */
    static float[] sequence(Dtype dtype, Rounding rounding, float[] base, List<Term> terms) {
        float[] merged = base.clone();
        for (Term term : terms) {
            merged = sum(dtype, rounding, merged, List.of(term));
        }
        return merged;
    }

    /** DoRA with rule 5: {@code W' = (m / ||V||)·V}, {@code V = W + delta}, norms over rows or over columns. */
    static float[] dora(Dtype dtype, float[] base, float[] delta, float[] magnitudes, boolean normPerColumn) {
        int columns = normPerColumn ? magnitudes.length : base.length / magnitudes.length;
        double[] squares = new double[magnitudes.length];
        float[] v = new float[base.length];
        for (int i = 0; i < base.length; i++) {
            v[i] = base[i] + delta[i];
            squares[normPerColumn ? i % columns : i / columns] += (double) v[i] * (double) v[i];
        }
        float[] merged = new float[base.length];
        for (int i = 0; i < base.length; i++) {
            int output = normPerColumn ? i % columns : i / columns;
            float norm = (float) Math.sqrt(squares[output]);
            merged[i] = round(dtype, magnitudes[output] / norm * v[i]);
        }
        return merged;
    }

    /** Rounds to nearest, ties to even. */
    static float round(Dtype dtype, float value) {
        if (dtype == Dtype.F32 || !Float.isFinite(value)) {
            return value;
        }
        boolean half = dtype == Dtype.F16;
        int exponent = Math.max(Math.getExponent((double) value), half ? -14 : -126);
        double unit = Math.scalb(1.0, exponent - (half ? 10 : 7));
        double rounded = Math.rint(value / unit) * unit;
        double largest = half ? 65504 : 0x1.FEp127;
        return (float) (Math.abs(rounded) > largest ? Math.copySign(Double.POSITIVE_INFINITY, value) : rounded);
    }

    /** The stored form of values, each rounded to the dtype. */
    static byte[] bytes(Dtype dtype, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            float rounded = round(dtype, value);
            switch (dtype) {
                case F32 -> bytes.putInt(Float.floatToRawIntBits(rounded));
                case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(rounded) >>> 16));
                case F16 -> bytes.putShort((short) half(rounded));
                default -> throw new IllegalArgumentException(dtype.toString());
            }
        }
        return bytes.array();
    }

    /** Bits of a value that is a finite binary16 number. */
    private static int half(float value) {
        int sign = Float.floatToRawIntBits(value) < 0 ? 0x8000 : 0;
        float magnitude = Math.abs(value);
        if (magnitude < 0x1p-14f) {
            return sign | (int) (magnitude / 0x1p-24f);
        }
        int exponent = Math.getExponent(magnitude);
        return sign | (exponent + 15) << 10 | ((int) (magnitude / Math.scalb(1f, exponent - 10)) - 1024);
    }
}
