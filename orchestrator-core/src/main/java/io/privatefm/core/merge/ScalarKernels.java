/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.spi.merge.TensorKernels;

/**
 * The kernel that runs everywhere. For each row of the product, rows of R are added four at a time to a row of sums: the
 * inner loop has no reduction, so the JIT compiler turns it into vector instructions without changing any element's order
 * of operations.
 */
public final class ScalarKernels implements TensorKernels {
    /** Columns worked on at once: the sums and four rows of R stay in the L1 cache. */
    private static final int BLOCK = 1024;

    @Override
    public String id() {
        return "scalar";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean isSupported() {
        return true;
    }

    @Override
    public void lowRankProduct(
            float[] left,
            float[][] right,
            int rank,
            int columns,
            long firstElement,
            int length,
            float scale,
            float[] delta) {
        float[] sums = new float[columns];
        int done = 0;
        while (done < length) {
            int row = (int) ((firstElement + done) / columns);
            int from = (int) ((firstElement + done) % columns);
            int to = Math.min(columns, from + length - done);
            for (int start = from; start < to; start += BLOCK) {
                rowProduct(left, row * rank, right, rank, sums, start, Math.min(to, start + BLOCK));
            }
            for (int j = from; j < to; j++) {
                delta[done + j - from] = sums[j] * scale;
            }
            done += to - from;
        }
    }

    private static void rowProduct(
            float[] left, int leftStart, float[][] right, int rank, float[] sums, int from, int to) {
        java.util.Arrays.fill(sums, from, to, 0f);
        int k = 0;
        for (; k + 4 <= rank; k += 4) {
            addFour(left, leftStart + k, right[k], right[k + 1], right[k + 2], right[k + 3], sums, from, to);
        }
        for (; k < rank; k++) {
            addOne(left[leftStart + k], right[k], sums, from, to);
        }
    }

    private static void addFour(
            float[] left, int at, float[] r0, float[] r1, float[] r2, float[] r3, float[] sums, int from, int to) {
        float l0 = left[at];
        float l1 = left[at + 1];
        float l2 = left[at + 2];
        float l3 = left[at + 3];
        for (int j = from; j < to; j++) {
            sums[j] = Math.fma(l3, r3[j], Math.fma(l2, r2[j], Math.fma(l1, r1[j], Math.fma(l0, r0[j], sums[j]))));
        }
    }

    private static void addOne(float l, float[] r, float[] sums, int from, int to) {
        for (int j = from; j < to; j++) {
            sums[j] = Math.fma(l, r[j], sums[j]);
        }
    }
}
