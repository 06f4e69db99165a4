/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.OperationClass;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.server.night.Night;
import io.privatefm.server.night.NightHistory;
import io.privatefm.server.operation.OperationRequest;
import io.privatefm.server.operation.Operations;
import java.util.List;
import java.util.Optional;

/** Nightly batches: what they did, having one now, and pausing them. */
public final class NightResource implements Resource {
    private static final String PATH = "/api/v1/nights";
    private static final String PAUSE = PATH + "/pause";
    private static final int LONGEST_REASON = 1_000;

    private final Orchestrator pfm;
    private final Acceptance acceptance;
    private final NightHistory history;
    private final RateLimits limits;

    public NightResource(Orchestrator pfm, Operations operations, NightHistory history, RateLimits limits) {
        this.pfm = pfm;
        this.acceptance = new Acceptance(operations);
        this.history = history;
        this.limits = limits;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post(PATH, this::begin, Scope.OPERATE);
        routes.get(PATH, this::list, Scope.OPERATE);
        routes.put(PAUSE, this::pause, Scope.OPERATE);
        routes.delete(PAUSE, this::resume, Scope.OPERATE);
    }

    private void begin(Context ctx) {
        new Parameters(ctx).end();
        Json.bodyOrEmpty(ctx).end();
        limits.require(AccessFilter.principal(ctx), OperationClass.MERGE);
        acceptance.answer(ctx, "POST " + PATH, OperationRequest.night());
    }

    private void list(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        int limit = parameters.limit();
        long below = parameters.queryNumber("after").orElse(Long.MAX_VALUE);
        parameters.end();
        List<Night> nights = history.page(below, limit + 1);
        boolean more = nights.size() > limit;
        List<Night> items = more ? nights.subList(0, limit) : nights;
        Optional<Long> next = more ? Optional.of(items.get(limit - 1).nightId()) : Optional.empty();
        next.ifPresent(
                after -> ctx.header("Link", "<" + PATH + "?limit=" + limit + "&after=" + after + ">; rel=\"next\""));
        Json.answer(ctx, 200, new Page(items, next));
    }

    private void pause(Context ctx) {
        new Parameters(ctx).end();
        Fields body = Json.body(ctx);
        Optional<String> reason = body.required("reason", NightResource::reason);
        body.end();
        reason.ifPresent(pfm.merges()::pauseNights);
        answerPause(ctx);
    }

    private void resume(Context ctx) {
        new Parameters(ctx).end();
        pfm.merges().resumeNights();
        answerPause(ctx);
    }

    private void answerPause(Context ctx) {
        Json.answer(ctx, 200, new Pause(pfm.merges().pausedNights()));
    }

    private static String reason(String text) {
        if (text.isBlank() || text.length() > LONGEST_REASON) {
            throw new IllegalArgumentException("a reason has 1 to " + LONGEST_REASON + " characters");
        }
        return text;
    }

    /** Some nights, newest first. */
    private record Page(List<Night> items, Optional<Long> next) {}

    /** Why nights are paused, if they are. */
    private record Pause(Optional<String> paused) {}
}
