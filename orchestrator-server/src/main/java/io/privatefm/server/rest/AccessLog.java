/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.http.RequestLogger;
import io.privatefm.server.access.Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each request: which route, not which path, since that names a learner. */
final class AccessLog implements RequestLogger {
    private static final Logger LOG = LoggerFactory.getLogger("io.privatefm.access");

    @Override
    public void handle(Context ctx, Float millis) {
        Principal principal = ctx.attribute(AccessFilter.PRINCIPAL);
        String id = Correlation.of(ctx.req());
        LOG.atInfo()
                .addKeyValue("route", AccessFilter.action(ctx).orElse("none"))
                .addKeyValue("status", ctx.statusCode())
                .addKeyValue("millis", Math.round(millis))
                .addKeyValue("principal", principal == null ? "none" : principal.id())
                .addKeyValue("correlation_id", id)
                .log("request");
    }
}
