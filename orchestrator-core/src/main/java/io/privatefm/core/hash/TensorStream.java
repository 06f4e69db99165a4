/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import io.privatefm.core.model.TensorSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Streams tensors segment by segment: segments are read (or computed) and hashed in parallel, and handed to a sink in
 * order. At most {@code 2 * parallelism} segments of 1 MiB are in memory, whatever the model's size. The result does not
 * depend on the number of threads.
 */
public final class TensorStream {
    private final Executor executor;
    private final int window;

    /**
     * A stream over an executor.
     *
     * @param executor runs the segments; may run them on the calling thread
     * @param parallelism how many segments to work on at once, at least 1
     */
    public TensorStream(Executor executor, int parallelism) {
        this.executor = executor;
        this.window = 2 * parallelism;
    }

    /** A stream that works on the calling thread alone. */
    public static TensorStream sequential() {
        return new TensorStream(Runnable::run, 1);
    }

    /**
     * Streams all of {@code tensors} in this order. When it returns or throws, no work on them is under way.
     *
     * @return their digests, in the same order
     * @throws RuntimeException what reading a tensor or the sink threw; of several, the first in stream order
     */
    public List<TensorDigest> run(List<? extends TensorSource> tensors, SegmentSink sink) {
        Run run = new Run(sink);
        try {
            for (TensorSource tensor : tensors) {
                run.add(tensor);
            }
            run.drainTo(0);
            return run.digests;
        } catch (RuntimeException | Error e) {
            try {
                run.settle();
            } catch (RuntimeException | Error later) {
                e.addSuppressed(later);
            }
            throw e;
        }
    }

    /** One segment under way; {@code done} gives its leaf hash. */
    private static final class Segment {
        final TensorSource tensor;
        final byte[] bytes;
        final int length;
        final boolean last;
        final CompletableFuture<byte[]> done;

        Segment(TensorSource tensor, byte[] bytes, int length, boolean last, CompletableFuture<byte[]> done) {
            this.tensor = tensor;
            this.bytes = bytes;
            this.length = length;
            this.last = last;
            this.done = done;
        }
    }

    private final class Run {
        private final SegmentSink sink;
        private final List<TensorDigest> digests = new ArrayList<>();
        private final Deque<Segment> pending = new ArrayDeque<>();
        private final Deque<byte[]> free = new ArrayDeque<>();
        private MerkleTree tree = new MerkleTree();
        private volatile boolean abandoned;

        Run(SegmentSink sink) {
            this.sink = sink;
        }

        void add(TensorSource tensor) {
            long size = tensor.info().byteLength();
            long offset = 0;
            do {
                drainTo(window - 1);
                int length = (int) Math.min(ContentHash.SEGMENT_BYTES, size - offset);
                submit(tensor, offset, length, offset + length == size);
                offset += length;
            } while (offset < size);
        }

        private void submit(TensorSource tensor, long offset, int length, boolean last) {
            byte[] bytes = free.isEmpty() ? new byte[ContentHash.SEGMENT_BYTES] : free.pop();
            CompletableFuture<byte[]> done = CompletableFuture.supplyAsync(
                    () -> {
                        if (!abandoned) {
                            tensor.read(offset, bytes, 0, length);
                        }
                        return MerkleTree.leafHash(bytes, 0, length);
                    },
                    executor);
            pending.add(new Segment(tensor, bytes, length, last, done));
        }

        void drainTo(int most) {
            while (pending.size() > most) {
                Segment segment = pending.element();
                byte[] leafHash = await(segment);
                sink.write(segment.bytes, segment.length);
                pending.remove();
                free.push(segment.bytes);
                tree.addLeafHash(leafHash);
                if (segment.last) {
                    digests.add(new TensorDigest(segment.tensor.info(), tree.root()));
                    tree = new MerkleTree();
                    segment.tensor.release();
                }
            }
        }

        private static byte[] await(Segment segment) {
            try {
                return segment.done.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                if (e.getCause() instanceof Error cause) {
                    throw cause;
                }
                throw e;
            }
        }

        /** Waits for what is still under way after a failure, and releases it then: files are closed next. */
        void settle() {
            abandoned = true;
            for (Segment segment : pending) {
                segment.done.handle((leafHash, failure) -> leafHash).join();
            }
            Set<TensorSource> unreleased = Collections.newSetFromMap(new IdentityHashMap<>());
            pending.forEach(segment -> unreleased.add(segment.tensor));
            unreleased.forEach(TensorSource::release);
        }
    }
}
