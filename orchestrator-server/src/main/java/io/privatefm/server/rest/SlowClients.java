/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Cuts off clients that hold on to a connection by sending a byte now and then: whose request's headers are not there in time, or whose
 * body comes too slowly. Only the time that the server waits for a client counts.
 */
final class SlowClients extends Handler.Wrapper implements Connection.Listener {
    private static final long BUSY = Long.MAX_VALUE;

    private final Bounds bounds;
    private final Scheduler scheduler;

    /** For each connection since when its next request is waited for; {@link #BUSY} while one is worked on. */
    private final Map<Connection, AtomicLong> connections = new ConcurrentHashMap<>();

    SlowClients(Handler next, Bounds bounds, Scheduler scheduler) {
        super(next);
        this.bounds = bounds;
        this.scheduler = scheduler;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        look();
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof ConnectionMetaData) {
            connections.put(connection, new AtomicLong(NanoTime.now()));
        }
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        AtomicLong waiting = connections.get(request.getConnectionMetaData().getConnection());
        if (waiting != null) {
            waiting.set(BUSY);
            Request.addCompletionListener(request, end -> waiting.set(NanoTime.now()));
        }
        return super.handle(new WatchedBody(request), response, callback);
    }

    private void look() {
        long most = bounds.header().toNanos();
        connections.forEach((connection, since) -> {
            long start = since.get();
            if (start != BUSY && NanoTime.since(start) > most) {
                connection.getEndPoint().close();
            }
        });
        if (isRunning() || isStarting()) {
            Duration pause = bounds.header().dividedBy(10);
            scheduler.schedule(this::look, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private boolean isTooSlow(long bytes, long waited) {
        return waited > bounds.grace().toNanos()
                && bytes < bounds.bytesPerSecond() * TimeUnit.NANOSECONDS.toMillis(waited) / 1_000;
    }

    /** A request whose body must not come too slowly. */
    private final class WatchedBody extends Request.Wrapper {
        private long bytes;
        private long waited;

        WatchedBody(Request request) {
            super(request);
        }

        @Override
        public Content.Chunk read() {
            if (isTooSlow()) {
                HttpException.RuntimeException fault =
                        new HttpException.RuntimeException(408, "the body comes too slowly");
                getWrapped().fail(fault);
                return Content.Chunk.from(fault);
            }
            Content.Chunk chunk = super.read();
            if (chunk != null) {
                bytes += chunk.remaining();
            }
            return chunk;
        }

        @Override
        public void demand(Runnable whenThere) {
            long start = NanoTime.now();
            super.demand(() -> {
                waited += NanoTime.since(start);
                whenThere.run();
            });
        }

        private boolean isTooSlow() {
            return SlowClients.this.isTooSlow(bytes, waited);
        }
    }
}
