/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.metrics.ServiceMetrics;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Times every request. Has no route of its own; requests that meet none are counted as one. */
public final class RequestTimes implements Resource {
    private static final String BEGUN = "pfm.begun";
    private static final String NONE = "none";

    private final ServiceMetrics metrics;
    private final LongSupplier nanos;

    /** @param nanos a clock such as {@link System#nanoTime} */
    public RequestTimes(ServiceMetrics metrics, LongSupplier nanos) {
        this.metrics = metrics;
        this.nanos = nanos;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.before(ctx -> ctx.attribute(BEGUN, nanos.getAsLong()));
        routes.after(this::end);
    }

    private void end(Context ctx) {
        Long begun = ctx.attribute(BEGUN);
        if (begun == null) {
            return;
        }
        Endpoint route = ctx.endpoints().matchedHttpEndpoint();
        metrics.answered(
                route == null ? NONE : route.method.name(),
                route == null ? NONE : route.path,
                ctx.statusCode(),
                Duration.ofNanos(nanos.getAsLong() - begun));
    }
}
