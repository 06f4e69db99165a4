/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.Scope;
import java.util.Optional;

/** Lets fallbacks go on that were stopped for all namespaces. */
public final class RecoveryResource implements Resource {
    private final Orchestrator pfm;

    public RecoveryResource(Orchestrator pfm) {
        this.pfm = pfm;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post("/api/v1/recovery/resume", this::resume, Scope.OPERATE);
    }

    private void resume(Context ctx) {
        new Parameters(ctx).end();
        Json.bodyOrEmpty(ctx).end();
        pfm.recovery().resume();
        Json.answer(ctx, 200, new Fallbacks(pfm.recovery().stopped()));
    }

    /** Why fallbacks are stopped, if they are. */
    private record Fallbacks(Optional<String> stopped) {}
}
