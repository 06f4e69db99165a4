/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import io.privatefm.server.health.HealthChecks;
import io.privatefm.server.metrics.ServiceMetrics;

/**
 * All meters, for Prometheus. Text format 0.0.4 whatever is asked for: OpenMetrics does not allow a gauge of the name {@code
 * namespace_count_total}. No store is waited for; components that are looked at have {@link HealthChecks#DEADLINE}.
 */
public final class MetricsResource implements Resource {
    /** Media type of the answer. */
    static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final ServiceMetrics metrics;
    private final HealthChecks checks;

    public MetricsResource(ServiceMetrics metrics, HealthChecks checks) {
        this.metrics = metrics;
        this.checks = checks;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/metrics", this::get, Scope.METRICS);
    }

    private void get(Context ctx) {
        metrics.components().show(checks.report());
        ctx.contentType(TEXT).header("Cache-Control", "no-store").result(metrics.scrape());
    }
}
