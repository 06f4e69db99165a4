/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.Sha256;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Content hash of a model of 256 MiB in memory, in bytes per second.
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar ContentHashBenchmark</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ContentHashBenchmark {
    private static final int TENSOR_BYTES = 16 << 20;
    private static final int TENSORS = 16;

    /** Threads that hash. */
    @Param({"1", "2"})
    public int threads;

    private List<TensorSource> tensors;
    private ExecutorService pool;
    private TensorStream stream;

    /** For JMH. */
    public ContentHashBenchmark() {}

    /** Makes seeded tensors. */
    @Setup
    public void setUp() {
        byte[] bytes = new byte[TENSOR_BYTES];
        new SplittableRandom(16).nextBytes(bytes);
        tensors = java.util.stream.IntStream.range(0, TENSORS)
                .<TensorSource>mapToObj(i -> new HeapTensor("t" + i, bytes))
                .toList();
        pool = Executors.newFixedThreadPool(threads);
        stream = new TensorStream(pool, threads);
    }

    /** Ends the threads. */
    @TearDown
    public void tearDown() {
        pool.shutdown();
    }

    /** Hashes the whole model. */
    @Benchmark
    @OperationsPerInvocation(TENSORS * TENSOR_BYTES)
    public Sha256 contentHash() {
        return ContentHash.ofModel(stream.run(tensors, SegmentSink.NONE));
    }

    /** A tensor on the heap. */
    private static final class HeapTensor implements TensorSource {
        private final TensorInfo info;
        private final byte[] bytes;

        HeapTensor(String name, byte[] bytes) {
            this.info = new TensorInfo(name, Dtype.U8, Shape.of(bytes.length));
            this.bytes = bytes;
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
