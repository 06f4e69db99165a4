/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FloatCodec;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Merge of one 2048 × 2048 bf16 tensor, in weights per second on one thread: widen, product, sum, round, all from memory.
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar MergeBenchmark</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MergeBenchmark {
    private static final int SIZE = 2048;
    private static final int BYTES = 2 * SIZE * SIZE;
    private static final int SEGMENT = 1 << 20;

    /** Rank of the adapter. */
    @Param({"8", "16", "64"})
    public int rank;

    private TensorSource merged;
    private final byte[] segment = new byte[SEGMENT];

    /** For JMH. */
    public MergeBenchmark() {}

    /** Makes a seeded tensor and its factors. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(16);
        TensorSource base = new HeapTensor("w", Dtype.BF16, Shape.of(SIZE, SIZE), random);
        float[] left = new float[SIZE * rank];
        float[][] right = new float[rank][SIZE];
        fill(left, random);
        for (float[] row : right) {
            fill(row, random);
        }
        ScalarKernels kernels = new ScalarKernels();
        Update update = (firstElement, length, delta) ->
                kernels.lowRankProduct(left, right, rank, SIZE, firstElement, length, 0.5f, delta);
        merged = new UpdatedTensor(
                base,
                List.of(update),
                new float[] {1f},
                new WeightedSum(),
                Rounding.SINGLE,
                Composition.SUM,
                MergedTensors.DEFAULT_TILE_ELEMENTS);
    }

    /** One whole tensor, segment by segment. */
    @Benchmark
    @OperationsPerInvocation(SIZE * SIZE)
    public byte[] scalar() {
        for (int offset = 0; offset < BYTES; offset += SEGMENT) {
            merged.read(offset, segment, 0, SEGMENT);
        }
        return segment;
    }

    private static void fill(float[] values, SplittableRandom random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() - 0.5) / 16;
        }
    }

    /** A tensor on the heap. */
    private static final class HeapTensor implements TensorSource {
        private final TensorInfo info;
        private final byte[] bytes;

        HeapTensor(String name, Dtype dtype, Shape shape, SplittableRandom random) {
            info = new TensorInfo(name, dtype, shape);
            float[] values = new float[(int) shape.elements()];
            fill(values, random);
            bytes = new byte[(int) info.byteLength()];
            FloatCodec.of(dtype).narrow(values, values.length, bytes, 0);
        }

        @Override
        public TensorInfo info() {
            return info;
        }

        @Override
        public void read(long offset, byte[] target, int at, int length) {
            System.arraycopy(bytes, (int) offset, target, at, length);
        }
    }
}
