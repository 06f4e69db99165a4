/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.DeltaTile;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.Rounding;
import java.util.List;

/** The foundation's tensor with the updates of one or more adapters, computed tile by tile. */
final class UpdatedTensor implements TensorSource {
    private final TensorSource base;
    private final List<Update> updates;
    private final float[] weights;
    private final MergeStrategy strategy;
    private final Rounding rounding;
    private final Composition composition;
    private final int tileElements;

    UpdatedTensor(
            TensorSource base,
            List<Update> updates,
            float[] weights,
            MergeStrategy strategy,
            Rounding rounding,
            Composition composition,
            int tileElements) {
        this.base = base;
        this.updates = updates;
        this.weights = weights.clone();
        this.strategy = strategy;
        this.rounding = rounding;
        this.composition = composition;
        this.tileElements = tileElements;
    }

    @Override
    public TensorInfo info() {
        return base.info();
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        base.read(offset, target, at, length);
        int bytesEach = info().dtype().bytes();
        FloatCodec codec = FloatCodec.of(info().dtype());
        Tile tile = new Tile(Math.min(tileElements, length / bytesEach));
        float[] values = new float[tile.capacity];
        for (int done = 0; done < length; done += tile.length * bytesEach) {
            tile.moveTo((offset + done) / bytesEach, Math.min(tile.capacity, (length - done) / bytesEach));
            codec.widen(target, at + done, values, tile.length);
            if (composition == Composition.SEQUENCE) {
                tile.addInSequence(values, codec);
            } else {
                tile.addSum(values, codec);
            }
            boolean finite = codec.narrow(values, tile.length, target, at + done);
            NotFinite.check(finite, info(), offset + done, target, at + done, tile.length);
        }
    }

    /** Scratch of one read. */
    private final class Tile implements DeltaTile {
        private final int capacity;
        private final float[][] deltas;
        private final float[] combined;
        private long firstElement;
        private int length;

        Tile(int capacity) {
            this.capacity = capacity;
            this.deltas = new float[updates.size()][capacity];
            this.combined = new float[capacity];
        }

        void moveTo(long element, int count) {
            firstElement = element;
            length = count;
            for (int i = 0; i < deltas.length; i++) {
                updates.get(i).delta(element, count, deltas[i]);
            }
        }

        void addSum(float[] values, FloatCodec codec) {
            strategy.combine(this, combined);
            if (rounding == Rounding.SAFE) {
                codec.round(combined, length);
            }
            for (int i = 0; i < length; i++) {
                values[i] = values[i] + combined[i];
            }
        }

        void addInSequence(float[] values, FloatCodec codec) {
            for (int adapter = 0; adapter < deltas.length; adapter++) {
                float[] delta = deltas[adapter];
                for (int i = 0; i < length; i++) {
                    delta[i] = weights[adapter] * delta[i];
                }
                if (rounding == Rounding.SAFE) {
                    codec.round(delta, length);
                }
                for (int i = 0; i < length; i++) {
                    values[i] = values[i] + delta[i];
                }
                codec.round(values, length);
            }
        }

        @Override
        public String tensor() {
            return info().name();
        }

        @Override
        public long firstElement() {
            return firstElement;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int adapters() {
            return deltas.length;
        }

        @Override
        public float weight(int adapter) {
            return weights[adapter];
        }

        @Override
        public float[] delta(int adapter) {
            return deltas[adapter];
        }
    }
}
