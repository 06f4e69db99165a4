/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.privatefm.server.operation.Operation;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events of one operation (HTML Living Standard, 9.2). Writes without waiting: no thread is held while nothing happens or while
 * the client takes its time, and a client that is slow misses states, never the last one. Safe for use by several threads at once.
 */
final class EventStream implements WriteListener {
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final Context ctx;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private @Nullable ServletOutputStream out; // from when it may be written to
    private @Nullable Operation next;
    private boolean beat;
    private boolean unflushed;
    private boolean last;

    EventStream(Context ctx) {
        this.ctx = ctx;
    }

    /** What to do at its end, whatever ends it. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is the end
    void onEnd(Runnable action) {
        over.whenComplete((nothing, error) -> action.run());
    }

    /** Begins to answer; what it gives completes with the end. */
    CompletableFuture<Void> open() {
        try {
            HttpServletResponse answer = ctx.res();
            answer.setStatus(HttpServletResponse.SC_OK);
            answer.setContentType("text/event-stream");
            answer.setHeader("X-Accel-Buffering", "no"); // proxies: pass it on at once
            answer.getOutputStream().setWriteListener(this);
        } catch (IOException | IllegalStateException e) {
            over.completeExceptionally(e);
        }
        return over;
    }

    /** Has a state sent, the newest one if several wait. */
    void offer(Operation operation) {
        synchronized (this) {
            next = operation;
            last = operation.status().hasEnded();
        }
        write();
    }

    /** Has it said that the stream is there. */
    void beat() {
        synchronized (this) {
            beat = true;
        }
        write();
    }

    /** Ends it after what waits. */
    void end() {
        synchronized (this) {
            last = true;
        }
        write();
    }

    @Override
    public void onWritePossible() throws IOException {
        synchronized (this) {
            out = ctx.res().getOutputStream();
        }
        write();
    }

    @Override
    public void onError(Throwable error) {
        over.complete(null); // the client went away, or is too slow
    }

    private void write() {
        boolean done;
        try {
            done = written();
        } catch (IOException | RuntimeException e) {
            done = true;
        }
        if (done) {
            over.complete(null);
        }
    }

    /** Writes what can be written; whether it was the last. */
    private synchronized boolean written() throws IOException {
        while (out != null && !over.isDone() && out.isReady()) {
            @Nullable Operation state = next;
            if (state != null) {
                next = null;
                out.write(event(state));
                unflushed = true;
            } else if (beat) {
                beat = false;
                out.write(COMMENT);
                unflushed = true;
            } else if (unflushed) {
                unflushed = false;
                out.flush();
            } else {
                return last;
            }
        }
        return false;
    }

    private static byte[] event(Operation operation) {
        String json = new String(Json.bytes(OperationView.of(operation)), StandardCharsets.UTF_8);
        return ("event: operation\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
