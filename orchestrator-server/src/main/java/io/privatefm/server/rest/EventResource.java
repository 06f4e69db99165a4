/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.access.Scope;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.store.EventRow;
import java.time.Instant;
import java.util.List;

/** The learners' event logs. */
public final class EventResource implements Resource {
    private final Orchestrator orchestrator;

    /** Of an orchestrator. */
    public EventResource(Orchestrator orchestrator) {
        this.orchestrator = orchestrator;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/namespaces/{learner_id}/events", this::list, Scope.READ);
    }

    private void list(Context ctx) {
        Parameters parameters = new Parameters(ctx);
        LearnerId learner = parameters.path("learner_id", LearnerId::of);
        int limit = parameters.limit();
        long after = parameters.queryNumber("after").orElse(0L);
        parameters.end();
        List<EventRow> rows = orchestrator.namespaces().events(learner, after + 1, limit + 1);
        Page.of(rows, limit, EventRow::seq, EventView::of).answer(ctx, limit);
    }

    /** An event as callers see it. */
    record EventView(long seq, String type, int typeVersion, JsonNode payload, Instant at) {
        static EventView of(EventRow row) {
            try {
                return new EventView(
                        row.seq(), row.type(), row.typeVersion(), Json.MAPPER.readTree(row.payload()), row.at());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an event's payload is JSON", e);
            }
        }
    }
}
