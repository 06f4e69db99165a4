/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A body that is pulled, with a deadline for each pull. The next buffers are asked for when the last ones were taken, so
 * what a server sends faster than it is wanted stays in the network. Pulled by one thread; cancelled by any.
 */
final class TimedBody implements BodySubscriber<TimedBody> {
    /** What the client said: bytes, an error, or with neither that the body is over. */
    private record Signal(List<ByteBuffer> bytes, @Nullable Throwable error) {}

    /** In place of a subscription that is not wanted any more. */
    private record Cancelled() implements Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    private final Deque<ByteBuffer> taken = new ArrayDeque<>();
    private boolean over;

    @Override
    public CompletionStage<TimedBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Subscription given) {
        if (!subscription.compareAndSet(null, given)) {
            given.cancel();
            return;
        }
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        signals.add(new Signal(bytes, null));
    }

    @Override
    public void onError(Throwable error) {
        signals.add(new Signal(List.of(), error));
    }

    @Override
    public void onComplete() {
        signals.add(new Signal(List.of(), null));
    }

    /**
     * The next bytes; null when the body is over.
     *
     * @throws HttpTimeoutException if none come in time
     * @throws IOException if the connection breaks
     */
    @Nullable
    ByteBuffer next(Duration deadline) throws IOException, InterruptedException {
        while (true) {
            @Nullable ByteBuffer bytes = taken.poll();
            if (bytes != null && bytes.hasRemaining()) {
                return bytes;
            }
            if (bytes == null && over) {
                return null;
            }
            if (bytes == null) {
                take(deadline);
            }
        }
    }

    /** Gives up the rest, also of a body that has not begun. Idempotent. */
    void cancel() {
        @Nullable Subscription given = subscription.getAndSet(new Cancelled());
        if (given != null) {
            given.cancel();
        }
    }

    private void take(Duration deadline) throws IOException, InterruptedException {
        @Nullable Signal signal = signals.poll(deadline.toNanos(), TimeUnit.NANOSECONDS);
        if (signal == null) {
            throw new HttpTimeoutException("no byte came for " + deadline.toMillis() + " ms");
        }
        if (signal.error() != null) {
            throw new IOException("the connection broke: " + HttpSource.words(signal.error()), signal.error());
        }
        if (signal.bytes().isEmpty()) {
            over = true;
            return;
        }
        taken.addAll(signal.bytes());
        @Nullable Subscription given = subscription.get();
        if (given != null) {
            given.request(1);
        }
    }
}
