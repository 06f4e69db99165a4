/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;

/**
 * Weight-decomposed LoRA (DoRA, Liu et al. 2024, arXiv:2402.09353): {@code V = W + delta}, {@code W' = (m / ||V||) · V} with
 * one norm per output feature. The sum and the products are binary32; each norm is one sum of squares in binary64 in
 * ascending order of the elements, then one square root, rounded once to binary32.
 */
final class DoraTensor implements TensorSource {
    private final TensorSource base;
    private final Update update;
    private final float[] magnitudes;
    private final int columns;
    private final boolean normPerColumn;
    private final float[] columnFactors;

    /**
     * A DoRA tensor; with a norm per column, its norms are computed here, in one pass over it.
     *
     * @param magnitudes one per output feature
     * @param columns row length of the tensor seen as a matrix
     * @param normPerColumn whether output features are columns (transposed linear layers, embeddings) or rows
     */
    DoraTensor(TensorSource base, Update update, float[] magnitudes, int columns, boolean normPerColumn) {
        this.base = base;
        this.update = update;
        this.magnitudes = magnitudes.clone();
        this.columns = columns;
        this.normPerColumn = normPerColumn;
        this.columnFactors = normPerColumn ? columnFactors() : new float[0];
    }

    @Override
    public TensorInfo info() {
        return base.info();
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        int bytesEach = info().dtype().bytes();
        FloatCodec codec = FloatCodec.of(info().dtype());
        Row row = new Row();
        float[] part = new float[columns];
        for (int done = 0; done < length; ) {
            long element = (offset + done) / bytesEach;
            int from = (int) (element % columns);
            int count = Math.min(columns - from, (length - done) / bytesEach);
            row.load(element / columns);
            row.scale();
            System.arraycopy(row.values, from, part, 0, count);
            boolean finite = codec.narrow(part, count, target, at + done);
            NotFinite.check(finite, info(), offset + done, target, at + done, count);
            done += count * bytesEach;
        }
    }

    private float[] columnFactors() {
        double[] squares = new double[columns];
        Row row = new Row();
        long rows = info().shape().elements() / columns;
        for (long i = 0; i < rows; i++) {
            row.load(i);
            for (int j = 0; j < columns; j++) {
                squares[j] += (double) row.values[j] * row.values[j];
            }
        }
        float[] factors = new float[columns];
        for (int j = 0; j < columns; j++) {
            factors[j] = magnitudes[j] / (float) Math.sqrt(squares[j]);
        }
        return factors;
    }

    /** Scratch of one read: one whole row of V. */
    private final class Row {
        private final byte[] bytes = new byte[columns * info().dtype().bytes()];
        private final float[] values = new float[columns];
        private final float[] delta = new float[columns];
        private long index;

        void load(long row) {
            index = row;
            base.read(row * bytes.length, bytes, 0, bytes.length);
            FloatCodec.of(info().dtype()).widen(bytes, 0, values, columns);
            update.delta(row * columns, columns, delta);
            for (int j = 0; j < columns; j++) {
                values[j] = values[j] + delta[j];
            }
        }

        void scale() {
            if (normPerColumn) {
                for (int j = 0; j < columns; j++) {
                    values[j] = columnFactors[j] * values[j];
                }
                return;
            }
            double squares = 0;
            for (int j = 0; j < columns; j++) {
                squares += (double) values[j] * values[j];
            }
            float factor = magnitudes[(int) index] / (float) Math.sqrt(squares);
            for (int j = 0; j < columns; j++) {
                values[j] = factor * values[j];
            }
        }
    }
}
