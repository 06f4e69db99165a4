/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.adapter.TensorChange;
import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.merge.TensorKernels;

/** One adapter's update of one tensor, its factors loaded as binary32. Safe for use by several threads at once. */
interface Update {
    /** Writes the scaled, unweighted update of a run of elements to {@code delta[0 .. length)}. */
    void delta(long firstElement, int length, float[] delta);

    /** Loads a low-rank update: delta = (L·R)·scale with L and R laid out as the tensor is stored. */
    static Update lowRank(
            TensorChange.LowRank change,
            TensorSource factorA,
            TensorSource factorB,
            int columns,
            TensorKernels kernels) {
        int rank = change.rank();
        boolean transposed = change.layer() == TensorChange.Layer.TRANSPOSED_LINEAR
                || change.layer() == TensorChange.Layer.EMBEDDING;
        float[] a = values(factorA);
        float[] b = values(factorB);
        float[] left = transposed ? transpose(a, rank) : b;
        float[][] right = transposed ? columns(b, rank) : rows(a, rank);
        return (firstElement, length, delta) ->
                kernels.lowRankProduct(left, right, rank, columns, firstElement, length, change.scale(), delta);
    }

    /** Loads a shift of a bias vector: delta = shift·scale. */
    static Update shift(TensorSource shift, float scale) {
        float[] values = values(shift);
        return (firstElement, length, delta) -> {
            for (int i = 0; i < length; i++) {
                delta[i] = values[(int) firstElement + i] * scale;
            }
        };
    }

    /** All values of a small tensor. */
    static float[] values(TensorSource tensor) {
        TensorInfo info = tensor.info();
        int count = Math.toIntExact(info.shape().elements());
        int bytesEach = info.dtype().bytes();
        float[] values = new float[count];
        byte[] chunk = new byte[Math.min(Math.multiplyExact(count, bytesEach), 1 << 20)];
        float[] part = new float[chunk.length / bytesEach];
        for (int done = 0; done < count; done += part.length) {
            int length = Math.min(part.length, count - done);
            tensor.read((long) done * bytesEach, chunk, 0, length * bytesEach);
            FloatCodec.of(info.dtype()).widen(chunk, 0, part, length);
            System.arraycopy(part, 0, values, done, length);
        }
        return values;
    }

    /** The transpose of a row-major matrix of {@code rows} rows. */
    private static float[] transpose(float[] matrix, int rows) {
        int columns = matrix.length / rows;
        float[] transposed = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j * rows + i] = matrix[i * columns + j];
            }
        }
        return transposed;
    }

    private static float[][] rows(float[] matrix, int rows) {
        int columns = matrix.length / rows;
        float[][] result = new float[rows][columns];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(matrix, i * columns, result[i], 0, columns);
        }
        return result;
    }

    private static float[][] columns(float[] matrix, int columns) {
        return rows(transpose(matrix, matrix.length / columns), columns);
    }
}
