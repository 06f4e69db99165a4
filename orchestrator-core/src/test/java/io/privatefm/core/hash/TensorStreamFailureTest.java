/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.core.model.Dtype;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Zero threads stands for an executor that runs everything on the calling thread. */
@DisplayName("A tensor stream that fails")
class TensorStreamFailureTest {
    private static final int MIB = 1 << 20;

    /** Segments of {@link #tensors}: 3 + 1 + 1 + 2. */
    private static final int SEGMENTS = 7;

    private final ExecutorService pool = Executors.newFixedThreadPool(3);
    private final List<BytesTensor> tensors = List.of(
            new BytesTensor("a", Dtype.U8, 2 * MIB + 1),
            new BytesTensor("b", Dtype.U8, 0),
            new BytesTensor("c", Dtype.U8, 5),
            new BytesTensor("d", Dtype.U8, 2 * MIB));

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    static Stream<Arguments> everySegment() {
        return Stream.of(0, 1, 3)
                .flatMap(threads ->
                        Stream.iterate(0, n -> n < SEGMENTS, n -> n + 1).map(n -> arguments(n, threads)));
    }

    @ParameterizedTest(name = "segment {0}, {1} threads")
    @MethodSource("everySegment")
    @DisplayName("in reading throws what the source threw, with the segments before written and no work left:")
    void sourceFails(int failing, int threads) throws InterruptedException {
        IllegalStateException failure = new IllegalStateException("segment " + failing);
        int segment = 0;
        for (BytesTensor tensor : tensors) {
            int first = segment;
            tensor.onRead(offset -> {
                if (first + offset / MIB == failing) {
                    throw failure;
                }
            });
            segment += Math.max(1, (int) ((tensor.info().byteLength() + MIB - 1) / MIB));
        }
        AtomicInteger written = new AtomicInteger();
        Throwable thrown =
                catchThrowable(() -> stream(threads).run(tensors, (bytes, length) -> written.incrementAndGet()));
        assertThat(thrown).isSameAs(failure);
        assertThat(written).hasValue(failing);
        assertNothingIsLeft();
    }

    @ParameterizedTest(name = "segment {0}, {1} threads")
    @MethodSource("everySegment")
    @DisplayName("in writing throws what the sink threw, and no work is left:")
    void sinkFails(int failing, int threads) throws InterruptedException {
        IllegalStateException failure = new IllegalStateException("segment " + failing);
        AtomicInteger written = new AtomicInteger();
        Throwable thrown = catchThrowable(() -> stream(threads).run(tensors, (bytes, length) -> {
            if (written.getAndIncrement() == failing) {
                throw failure;
            }
        }));
        assertThat(thrown).isSameAs(failure);
        assertThat(written).hasValue(failing + 1);
        assertNothingIsLeft();
    }

    @ParameterizedTest(name = "segment {0}, {1} threads")
    @MethodSource("everySegment")
    @DisplayName("because its executor rejects work throws the rejection, and no work is left:")
    void executorFails(int failing, int threads) throws InterruptedException {
        AtomicInteger submitted = new AtomicInteger();
        RejectedExecutionException failure = new RejectedExecutionException("segment " + failing);
        Executor executor = command -> {
            if (submitted.getAndIncrement() == failing) {
                throw failure;
            }
            (threads == 0 ? (Executor) Runnable::run : pool).execute(command);
        };
        Throwable thrown =
                catchThrowable(() -> new TensorStream(executor, Math.max(1, threads)).run(tensors, SegmentSink.NONE));
        assertThat(thrown).isSameAs(failure);
        assertNothingIsLeft();
    }

    @Test
    @DisplayName("with an error throws the error")
    void error() throws InterruptedException {
        OutOfMemoryError failure = new OutOfMemoryError("made up");
        tensors.get(2).onRead(offset -> {
            throw failure;
        });
        assertThat(catchThrowable(() -> stream(3).run(tensors, SegmentSink.NONE)))
                .isSameAs(failure);
        assertNothingIsLeft();
    }

    @Test
    @DisplayName("at several segments throws the first in stream order, though a later one failed before it")
    void firstInStreamOrder() throws InterruptedException {
        CountDownLatch laterFailed = new CountDownLatch(1);
        IllegalStateException first = new IllegalStateException("first");
        tensors.get(0).onRead(offset -> {
            if (offset > 0) {
                laterFailed.countDown();
                throw new IllegalStateException("later");
            }
            await(laterFailed);
            throw first;
        });
        assertThat(catchThrowable(() -> stream(3).run(tensors, SegmentSink.NONE)))
                .isSameAs(first);
        assertNothingIsLeft();
    }

    @Test
    @DisplayName("returns only after reads that had begun are over, and releases a tensor only after its reads")
    void waitsForReads() {
        BytesTensor tensor = new BytesTensor("t", Dtype.U8, 2 * MIB);
        IllegalStateException failure = new IllegalStateException("sink");
        int active = readsActiveAtReturn(tensor, failure);
        assertThat(active).as("reads under way").isZero();
        assertThat(tensor.releases.get()).as("releases").isPositive();
        assertThat(tensor.releasesWhileReading).as("releases while reading").hasValue(0);
    }

    @Test
    @DisplayName("returns only after reads that had begun are over, also if releasing fails as well")
    void waitsForReadsWhenReleaseFails() {
        BytesTensor tensor = new BytesTensor("t", Dtype.U8, 2 * MIB).onRelease(() -> {
            throw new IllegalStateException("release");
        });
        IllegalStateException failure = new IllegalStateException("sink");
        int active = readsActiveAtReturn(tensor, failure);
        assertThat(active).as("reads under way").isZero();
    }

    /**
     * Fails in the sink of the first segment while the second is being read, and lets that read go on when the caller's
     * thread waits for it, or has returned.
     */
    private int readsActiveAtReturn(BytesTensor tensor, RuntimeException failure) {
        Thread caller = Thread.currentThread();
        CountDownLatch secondBegun = new CountDownLatch(1);
        AtomicBoolean sinkFailed = new AtomicBoolean();
        AtomicBoolean returned = new AtomicBoolean();
        tensor.onRead(offset -> {
            if (offset == 0) {
                return;
            }
            secondBegun.countDown();
            while (!returned.get() && !(sinkFailed.get() && caller.getState() == Thread.State.WAITING)) {
                Thread.onSpinWait();
            }
        });
        Throwable thrown = catchThrowable(() -> new TensorStream(pool, 1).run(List.of(tensor), (bytes, length) -> {
            await(secondBegun);
            sinkFailed.set(true);
            throw failure;
        }));
        int active = tensor.begun.get() - tensor.ended.get();
        returned.set(true);
        assertThat(thrown).isSameAs(failure);
        return active;
    }

    private TensorStream stream(int threads) {
        return threads == 0 ? TensorStream.sequential() : new TensorStream(pool, threads);
    }

    /** After the run: every read is over, none follows, and every tensor that was read is released. */
    private void assertNothingIsLeft() throws InterruptedException {
        List<Integer> begun = new ArrayList<>();
        for (BytesTensor tensor : tensors) {
            assertThat(tensor.ended.get())
                    .as("reads of %s that ended", tensor.info())
                    .isEqualTo(tensor.begun.get());
            begun.add(tensor.begun.get());
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        for (BytesTensor tensor : tensors) {
            assertThat(tensor.begun.get())
                    .as("reads of %s, later", tensor.info())
                    .isEqualTo(begun.get(tensors.indexOf(tensor)));
            assertThat(tensor.releases.get() > 0 || tensor.begun.get() == 0)
                    .as("%s is released if it was read", tensor.info())
                    .isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
