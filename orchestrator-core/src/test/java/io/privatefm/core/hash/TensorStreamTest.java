/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.core.model.Dtype;
import io.privatefm.spi.Sha256;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zero threads stands for an executor that runs everything on the calling thread. */
@DisplayName("A tensor stream")
class TensorStreamTest {
    private static final int MIB = 1 << 20;

    private final List<ExecutorService> pools = new ArrayList<>();

    @AfterEach
    void stop() {
        pools.forEach(ExecutorService::shutdownNow);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 8})
    @DisplayName("gives the same digests and the same bytes in the same order for any number of threads")
    void independentOfThreads(int threads) {
        List<BytesTensor> tensors = tensors();
        ByteArrayOutputStream streamed = new ByteArrayOutputStream();
        List<Integer> lengths = new ArrayList<>();

        List<TensorDigest> digests = stream(threads).run(tensors, (bytes, length) -> {
            streamed.write(bytes, 0, length);
            lengths.add(length);
        });

        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        tensors.forEach(tensor -> expected.writeBytes(tensor.bytes()));
        assertThat(Arrays.equals(streamed.toByteArray(), expected.toByteArray()))
                .as("bytes as in the tensors")
                .isTrue();
        assertThat(lengths).containsExactly(0, 1, MIB - 1, MIB, MIB, 2, MIB, MIB, MIB, MIB, 3, 0, 12);
        assertThat(digests)
                .isEqualTo(tensors.stream()
                        .map(tensor -> new TensorDigest(tensor.info(), root(tensor.bytes())))
                        .toList());
        assertThat(tensors).allSatisfy(tensor -> {
            assertThat(tensor.releases).as("releases").hasValue(1);
            assertThat(tensor.releasesWhileReading).as("releases while reading").hasValue(0);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    @DisplayName("releases a tensor once, right after its last segment has gone to the sink")
    void releases(int threads) {
        List<String> events = new ArrayList<>();
        BytesTensor first = new BytesTensor("first", Dtype.U8, 2 * MIB + 1);
        BytesTensor second = new BytesTensor("second", Dtype.U8, 0);
        first.onRelease(() -> events.add("release first"));
        second.onRelease(() -> events.add("release second"));
        stream(threads).run(List.of(first, second), (bytes, length) -> events.add("write " + length));
        assertThat(events)
                .containsExactly(
                        "write " + MIB, "write " + MIB, "write 1", "release first", "write 0", "release second");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    @DisplayName("holds at most 2 * parallelism segments in memory, and uses them again")
    void memory(int threads) {
        List<BytesTensor> tensors = List.of(
                new BytesTensor("large", Dtype.U8, 20 * MIB),
                new BytesTensor("small", Dtype.U8, 1),
                new BytesTensor("other", Dtype.U8, 20 * MIB));
        stream(threads).run(tensors, SegmentSink.NONE);
        Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        tensors.forEach(tensor -> arrays.addAll(tensor.targets));
        assertThat(arrays.size()).isBetween(1, 2 * Math.max(1, threads));
        assertThat(arrays).allSatisfy(array -> assertThat(array.length).isEqualTo(ContentHash.SEGMENT_BYTES));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8})
    @DisplayName("takes many tiny tensors")
    void manyTinyTensors(int threads) {
        List<BytesTensor> tensors = IntStream.range(0, 5000)
                .mapToObj(i -> new BytesTensor("t" + i, Dtype.U8, i % 5))
                .toList();
        long[] written = new long[1];
        List<TensorDigest> digests = stream(threads).run(tensors, (bytes, length) -> written[0] += length);
        assertThat(digests)
                .extracting(TensorDigest::info)
                .containsExactlyElementsOf(
                        tensors.stream().map(BytesTensor::info).toList());
        assertThat(written[0]).isEqualTo(10_000);
        assertThat(tensors).allSatisfy(tensor -> {
            assertThat(tensor.begun).as("reads").hasValue(1);
            assertThat(tensor.releases).as("releases").hasValue(1);
        });
    }

    @Test
    @DisplayName("of no tensors gives no digests")
    void noTensors() {
        assertThat(TensorStream.sequential().run(List.of(), SegmentSink.NONE)).isEmpty();
    }

    @Test
    @DisplayName("can run again, also after a failure")
    void runsAgain() {
        TensorStream stream = stream(2);
        IllegalStateException failure = new IllegalStateException("sink");
        assertThat(catchThrowable(() -> stream.run(tensors(), (bytes, length) -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(stream.run(tensors(), SegmentSink.NONE)).isEqualTo(stream.run(tensors(), SegmentSink.NONE));
    }

    private static List<BytesTensor> tensors() {
        return List.of(
                new BytesTensor("empty", Dtype.F32, 0),
                new BytesTensor("byte", Dtype.U8, 1),
                new BytesTensor("almost", Dtype.U8, MIB - 1),
                new BytesTensor("exact", Dtype.F32, MIB / 4),
                new BytesTensor("over", Dtype.BF16, MIB / 2 + 1),
                new BytesTensor("large", Dtype.U8, 4L * MIB + 3),
                new BytesTensor("none", Dtype.F16, 3, 0),
                new BytesTensor("small", Dtype.F32, 3));
    }

    private TensorStream stream(int threads) {
        if (threads == 0) {
            return TensorStream.sequential();
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        pools.add(pool);
        return new TensorStream(pool, threads);
    }

    private static Sha256 root(byte[] bytes) {
        MerkleTree tree = new MerkleTree();
        int at = 0;
        do {
            int length = Math.min(MIB, bytes.length - at);
            tree.addLeaf(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        } while (at < bytes.length);
        return tree.root();
    }
}
