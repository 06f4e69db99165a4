/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.OperationClass;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.server.operation.OperationRequest;
import io.privatefm.server.operation.Operations;
import io.privatefm.spi.LearnerId;

/** Has a learner's adapters merged. */
public final class MergeResource implements Resource {
    private static final String PATH = "/api/v1/namespaces/{learner_id}/merge";

    private final Orchestrator pfm;
    private final Acceptance acceptance;
    private final RateLimits limits;

    public MergeResource(Orchestrator pfm, Operations operations, RateLimits limits) {
        this.pfm = pfm;
        this.acceptance = new Acceptance(operations);
        this.limits = limits;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post(PATH, this::merge, Scope.MERGE);
    }

    private void merge(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        parameters.end();
        Json.bodyOrEmpty(ctx).end();
        limits.require(AccessFilter.principal(ctx), OperationClass.MERGE);
        acceptance.answer(ctx, "POST " + PATH, OperationRequest.merge(learner, NamespaceAtWork.of(pfm, learner)));
    }
}
