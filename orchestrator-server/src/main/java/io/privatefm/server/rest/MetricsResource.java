/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import java.util.function.Supplier;

/**
 * What Prometheus scrapes, in its text format 0.0.4 and no other: OpenMetrics keeps {@code _total} for counters, and {@code
 * namespace_count_total} is a gauge.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">the format</a>
 */
public final class MetricsResource implements Resource {
    private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final Supplier<String> scrape;

    /** Shows what is scraped. */
    public MetricsResource(Supplier<String> scrape) {
        this.scrape = scrape;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/metrics", this::get, Scope.METRICS);
    }

    private void get(Context ctx) {
        ctx.contentType(FORMAT).result(scrape.get());
    }
}
