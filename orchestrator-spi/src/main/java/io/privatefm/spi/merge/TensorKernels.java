/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

/**
 * The inner loops of a merge. Every implementation gives the same bits ({@code pfm-merge-1}): kernels differ in speed
 * only. Stateless; called by several threads at once. Found by {@link java.util.ServiceLoader}; the supported one of the
 * highest priority is used.
 */
public interface TensorKernels {
    /** Name for logs and reports, such as {@code scalar}. */
    String id();

    /** The supported kernel of highest priority wins; the scalar kernel of core has 0. */
    int priority();

    /** Whether this JVM can run it; must not throw. */
    boolean isSupported();

    /**
     * A run of elements of the low-rank product {@code delta = (L·R)·scale}, row-major, {@code columns} wide. For each
     * element: {@code acc = +0; for k = 0 .. rank-1: acc = fma(L[i,k], R[k,j], acc)} in binary32, k ascending, never
     * split or reassociated; then one binary32 multiplication by {@code scale}.
     *
     * @param left factor L, rows × rank, row-major
     * @param right factor R, {@code rank} rows of {@code columns} values each
     * @param firstElement row-major index of the first element, {@code i * columns + j}
     * @param length number of elements; may begin and end inside a row
     * @param delta receives {@code length} values from index 0
     */
    void lowRankProduct(
            float[] left,
            float[][] right,
            int rank,
            int columns,
            long firstElement,
            int length,
            float scale,
            float[] delta);
}
