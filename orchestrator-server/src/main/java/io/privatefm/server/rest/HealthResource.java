/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import io.privatefm.server.health.HealthChecks;
import io.privatefm.server.health.HealthReport;
import io.privatefm.server.health.HealthStatus;
import java.util.function.Supplier;

/** How the service is, for whoever restarts it, sends it requests or operates it. Asks for no key, and says nothing that is a secret. */
public final class HealthResource implements Resource {
    private static final String PATH = "/api/v1/health";

    private final HealthChecks checks;

    public HealthResource(HealthChecks checks) {
        this.checks = checks;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(PATH, ctx -> answer(ctx, checks::report), Scope.OPEN);
        routes.get(PATH + "/live", ctx -> answer(ctx, checks::live), Scope.OPEN);
        routes.get(PATH + "/ready", ctx -> answer(ctx, checks::ready), Scope.OPEN);
    }

    private static void answer(Context ctx, Supplier<HealthReport> asked) {
        new Parameters(ctx).end();
        HealthReport report = asked.get();
        ctx.header("Cache-Control", "no-store");
        Json.answer(ctx, report.status() == HealthStatus.DOWN ? 503 : 200, report);
    }
}
