/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import io.privatefm.server.operation.Operation;
import io.privatefm.server.operation.Operations;
import io.privatefm.server.operation.TooManyWatchersException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Operations: how they are, and how they go on, as server-sent events. */
public final class OperationResource implements Resource, AutoCloseable {
    private static final String PATH = "/api/v1/merge-operations/{operation_id}";
    private static final Duration BEAT = Duration.ofSeconds(15);

    private final Operations operations;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledFuture<?> beating;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "pfm-event-streams");
        thread.setDaemon(true);
        return thread;
    });

    /** Streams say every 15 seconds that they are there. */
    public OperationResource(Operations operations) {
        this(operations, BEAT);
    }

    OperationResource(Operations operations, Duration beat) {
        this.operations = operations;
        beating = beats.scheduleWithFixedDelay(
                () -> streams.forEach(EventStream::beat), beat.toMillis(), beat.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(PATH, this::get, Scope.READ);
        routes.get(PATH + "/events", this::events, Scope.READ);
    }

    private void get(Context ctx) {
        Json.answer(ctx, 200, OperationView.of(find(ctx)));
    }

    private void events(Context ctx) {
        String id = find(ctx).operationId();
        EventStream stream = new EventStream(ctx);
        AutoCloseable watch = watch(id, stream);
        stream.onEnd(() -> {
            streams.remove(stream);
            close(watch);
        });
        streams.add(stream);
        Supplier<CompletableFuture<?>> open = stream::open;
        ctx.future(open);
    }

    private AutoCloseable watch(String id, EventStream stream) {
        try {
            return operations.watch(id, stream::offer);
        } catch (TooManyWatchersException e) {
            throw new ProblemException(503, "TOO_MANY_WATCHERS", String.valueOf(e.getMessage())).retryable(BEAT);
        }
    }

    private static void close(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Operation find(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        parameters.end();
        return operations
                .find(ctx.pathParam("operation_id"))
                .orElseThrow(() -> new ProblemException(
                        404, "OPERATION_NOT_FOUND", "there is no such operation, or it ended long ago"));
    }

    /** Ends all streams, so that a server that stops does not wait for them; whoever watches comes back. */
    @Override
    public void close() {
        beating.cancel(false);
        beats.shutdownNow();
        streams.forEach(EventStream::end);
    }
}
