/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A slow oracle for one merged tensor: the update's exact value in binary64, how far a product in binary32 can be from it
 * whatever the order of its additions, and from both the least and the greatest legal value of every element. The error bound
 * follows the standard model of floating-point arithmetic, {@code fl(a op b) = (a op b)(1 + e)} with {@code |e| <= 2^-24}; sums
 * and roundings to the dtype are monotonic and move the two ends of the interval. Of 16-bit elements nearly all have one legal
 * value.
 */
public final class ReferenceMerge {
    private static final double U = 0x1p-24;
    private static final double TINY = 0x1p-149;

    /** Generously more than what the oracle's own binary64 arithmetic is off by. */
    private static final double SLACK = 1e-12;

    private final StoredTensor base;
    private final FloatType type;
    private final List<Term> terms = new ArrayList<>();
    private boolean roundsUpdateFirst;
    private boolean sequence;
    private @Nullable StoredTensor magnitude;
    private boolean normPerColumn;

    /** One adapter's scaled and weighted update. */
    private record Term(List<Double> exact, List<Double> error) {}

    private ReferenceMerge(StoredTensor base) {
        this.base = base;
        this.type = base.type();
    }

    /** Starts from the foundation's tensor. */
    public static ReferenceMerge onto(StoredTensor base) {
        return new ReferenceMerge(base);
    }

    /** The update is rounded to the dtype before it is added ({@code safe}); embeddings always do so. */
    public ReferenceMerge safe() {
        roundsUpdateFirst = true;
        return this;
    }

    /** Terms are added one after the other, each sum rounded to the dtype. */
    public ReferenceMerge inSequence() {
        sequence = true;
        return this;
    }

    /** Adds a pair of factors with weight 1. */
    public ReferenceMerge add(LayerKind kind, StoredTensor a, StoredTensor b, double scale) {
        return add(kind, a, b, scale, 1);
    }

    /**
     * Adds a pair of factors.
     *
     * @param scale {@code alpha / r} or {@code alpha / sqrt(r)}, before its rounding to binary32
     */
    public ReferenceMerge add(LayerKind kind, StoredTensor a, StoredTensor b, double scale, double weight) {
        roundsUpdateFirst |= kind == LayerKind.EMBEDDING;
        normPerColumn = kind.outputsAreColumns();
        int rank = (int) a.dims()[0];
        float[] left = normPerColumn ? a.values() : b.values();
        float[] right = normPerColumn ? b.values() : a.values();
        int rows = (int) base.dims()[0];
        int columns = base.values().length / rows;
        double factor = (double) (float) scale * (float) weight;
        double gamma = Math.pow(1 + U, rank + 2) - 1;
        List<Double> exact = new ArrayList<>();
        List<Double> error = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                double magnitudes = 0;
                for (int k = 0; k < rank; k++) {
                    // A is (r, in), B is (out, r): for a transposed weight the roles of rows and columns change
                    double l = normPerColumn ? left[k * rows + i] : left[i * rank + k];
                    double r = normPerColumn ? right[j * rank + k] : right[k * columns + j];
                    sum += l * r;
                    magnitudes += Math.abs(l * r);
                }
                exact.add(factor * sum);
                error.add(gamma * Math.abs(factor) * magnitudes + (rank * Math.abs(factor) + 2) * TINY);
            }
        }
        terms.add(new Term(exact, error));
        return this;
    }

    /** Adds a scaled vector, as {@code lora_bias} does. */
    public ReferenceMerge shift(StoredTensor shift, double scale) {
        List<Double> exact = new ArrayList<>();
        List<Double> error = new ArrayList<>();
        for (float value : shift.values()) {
            exact.add((double) value * (float) scale);
            error.add(Math.abs((double) value * (float) scale) * U + TINY);
        }
        terms.add(new Term(exact, error));
        return this;
    }

    /** Scales each output feature to this norm (DoRA); for one pair of factors. */
    public ReferenceMerge dora(StoredTensor magnitudes) {
        magnitude = magnitudes;
        return this;
    }

    /**
     * Fails unless every element of {@code got} is a legal one.
     *
     * @param what how the failure calls the tensor
     */
    public void check(String what, StoredTensor got) {
        if (!got.dtype().equals(base.dtype()) || !got.shape().equals(base.shape())) {
            throw new AssertionError(what + " is " + got + ", expected the like of " + base);
        }
        float[] values = got.values();
        Intervals legal = legal();
        for (int i = 0; i < values.length; i++) {
            if (!(legal.low[i] <= values[i] && values[i] <= legal.high[i])) {
                throw new AssertionError(String.format(
                        Locale.ROOT,
                        "%s[%d] is %.9g, legal are %.9g to %.9g (foundation %.9g)",
                        what,
                        i,
                        values[i],
                        legal.low[i],
                        legal.high[i],
                        base.values()[i]));
            }
        }
    }

    /** The share of elements that have one legal value only. */
    public double determinedShare() {
        Intervals legal = legal();
        int determined = 0;
        for (int i = 0; i < legal.low.length; i++) {
            determined += legal.low[i] == legal.high[i] ? 1 : 0;
        }
        return (double) determined / legal.low.length;
    }

    /** The least and greatest value of every element. */
    private static final class Intervals {
        private final double[] low;
        private final double[] high;

        Intervals(float[] values) {
            low = new double[values.length];
            high = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                low[i] = values[i];
                high[i] = values[i];
            }
        }

        void round(FloatType type, int i) {
            low[i] = type.round(low[i]);
            high[i] = type.round(high[i]);
        }
    }

    private Intervals legal() {
        Intervals legal = new Intervals(base.values());
        if (sequence) {
            terms.forEach(term -> add(List.of(term), legal, type));
        } else {
            add(terms, legal, magnitude == null ? type : FloatType.F32);
        }
        if (magnitude != null) {
            applyDora(magnitude.values(), legal);
        }
        return legal;
    }

    private void add(List<Term> added, Intervals legal, FloatType target) {
        for (int i = 0; i < legal.low.length; i++) {
            double update = 0;
            double error = 0;
            double magnitudes = 0;
            for (Term term : added) {
                update += term.exact().get(i);
                error += term.error().get(i);
                magnitudes += Math.abs(term.exact().get(i)) + term.error().get(i);
            }
            error += (Math.pow(1 + U, added.size() - 1) - 1) * magnitudes + SLACK * magnitudes;
            double least = FloatType.F32.round(update - error);
            double most = FloatType.F32.round(update + error);
            if (roundsUpdateFirst && magnitude == null) {
                least = type.round(least);
                most = type.round(most);
            }
            legal.low[i] += least;
            legal.high[i] += most;
            legal.round(FloatType.F32, i);
            legal.round(target, i);
        }
    }

    /** Intervals of V become intervals of {@code (m / ||V||) V}. */
    private void applyDora(float[] magnitudes, Intervals legal) {
        int count = legal.low.length;
        int width = count / (int) base.dims()[0];
        double[] least = new double[magnitudes.length];
        double[] most = new double[magnitudes.length];
        for (int i = 0; i < count; i++) {
            int feature = normPerColumn ? i % width : i / width;
            boolean crossesZero = legal.low[i] < 0 && legal.high[i] > 0;
            double small = crossesZero ? 0 : Math.min(Math.abs(legal.low[i]), Math.abs(legal.high[i]));
            double large = Math.max(Math.abs(legal.low[i]), Math.abs(legal.high[i]));
            least[feature] += small * small;
            most[feature] += large * large;
        }
        for (int i = 0; i < count; i++) {
            int feature = normPerColumn ? i % width : i / width;
            double one = FloatType.F32.round(
                    magnitudes[feature] / FloatType.F32.round(Math.sqrt(most[feature]) * (1 + SLACK)));
            double other = FloatType.F32.round(
                    magnitudes[feature] / FloatType.F32.round(Math.sqrt(least[feature]) * (1 - SLACK)));
            double[] ends = {one * legal.low[i], one * legal.high[i], other * legal.low[i], other * legal.high[i]};
            legal.low[i] = Arrays.stream(ends).min().orElseThrow();
            legal.high[i] = Arrays.stream(ends).max().orElseThrow();
            legal.round(FloatType.F32, i);
            legal.round(type, i);
        }
    }
}
