/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers who are still sending take their answer: where a request was answered before all of its body had come, the rest is thrown
 * away for a while before the connection is closed. Closed at once, it would be reset, and the answer lost (RFC 9112, section 9.6).
 */
final class LingeringClose extends Handler.Wrapper {
    private static final int MOST_READS = 16;

    private final Duration most;
    private final Scheduler scheduler;

    LingeringClose(Handler next, Duration most, Scheduler scheduler) {
        super(next);
        this.most = most;
        this.scheduler = scheduler;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        StillReadable readable = new StillReadable(request);
        return super.handle(readable, new Told(readable, response), new Callback.Nested(callback) {
            @Override
            public void succeeded() {
                new Rest(request, getCallback()).run();
            }
        });
    }

    /** A request that can be read on after one has seen that its body is not all there; Jetty's own cannot. */
    private static final class StillReadable extends Request.Wrapper {
        StillReadable(Request request) {
            super(request);
        }

        @Override
        public boolean consumeAvailable() {
            for (int reads = 0; reads < MOST_READS; reads++) {
                Content.Chunk chunk = read();
                if (chunk == null || Content.Chunk.isFailure(chunk)) {
                    return false;
                }
                chunk.release();
                if (chunk.isLast()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** An answer that says so where the connection ends with it. */
    private static final class Told extends Response.Wrapper {
        Told(StillReadable request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            if (!isCommitted() && !getRequest().consumeAvailable()) {
                getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
            }
            super.write(last, content, callback);
        }
    }

    /** What is still to come of a body. */
    private final class Rest implements Runnable {
        private final Request request;
        private final Callback whenGone;
        private Scheduler.@Nullable Task end;

        Rest(Request request, Callback whenGone) {
            this.request = request;
            this.whenGone = whenGone;
        }

        @Override
        public void run() {
            for (Content.Chunk chunk = request.read(); chunk != null; chunk = request.read()) {
                chunk.release();
                if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                    if (end != null) {
                        end.cancel();
                    }
                    whenGone.succeeded();
                    return;
                }
            }
            if (end == null) { // most bodies are all there, and need no timer
                end = scheduler.schedule(this::cutOff, most.toMillis(), TimeUnit.MILLISECONDS);
            }
            request.demand(this);
        }

        private void cutOff() {
            request.getConnectionMetaData().getConnection().getEndPoint().close();
        }
    }
}
