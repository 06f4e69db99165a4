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
import io.privatefm.spi.recovery.RestorePoint;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Has a learner's namespace brought back: {@code {}} for the newest checkpoint, else {@code version} or {@code time}. */
public final class FallbackResource implements Resource {
    private static final String PATH = "/api/v1/namespaces/{learner_id}/fallback";
    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Orchestrator pfm;
    private final Acceptance acceptance;
    private final RateLimits limits;

    public FallbackResource(Orchestrator pfm, Operations operations, RateLimits limits) {
        this.pfm = pfm;
        this.acceptance = new Acceptance(operations);
        this.limits = limits;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post(PATH, this::fallback, Scope.FALLBACK);
    }

    private void fallback(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        parameters.end();
        RestorePoint point = point(Json.bodyOrEmpty(ctx));
        limits.require(AccessFilter.principal(ctx), OperationClass.FALLBACK);
        acceptance.answer(
                ctx, "POST " + PATH, OperationRequest.fallback(learner, NamespaceAtWork.of(pfm, learner), point));
    }

    private static RestorePoint point(Fields body) {
        Optional<Long> version = body.number("version", 1, Long.MAX_VALUE);
        Optional<Instant> time = body.optional("time", FallbackResource::instant);
        if (version.isPresent() && time.isPresent()) {
            body.refuse("", "give a version or a time, not both");
        }
        body.end();
        return version.<RestorePoint>map(RestorePoint.Version::new)
                .or(() -> time.map(RestorePoint.Time::new))
                .orElseGet(RestorePoint.Newest::new);
    }

    private static Instant instant(String text) {
        Instant time;
        try {
            time = Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("it must be an instant such as 2026-01-31T02:00:00Z", e);
        }
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException("it must be in the years 1970 to 9999");
        }
        return time;
    }
}
