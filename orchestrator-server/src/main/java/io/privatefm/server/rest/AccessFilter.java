/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.router.Endpoint;
import io.javalin.security.RouteRole;
import io.privatefm.server.access.Credentials;
import io.privatefm.server.access.Principal;
import io.privatefm.server.access.Scope;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Before each route: lets a request through to it, or refuses it. */
public final class AccessFilter implements Handler {
    /** Name of the attribute that holds the {@link Principal} of a request that was let through. */
    public static final String PRINCIPAL = "pfm.principal";

    private static final String BEARER = "bearer ";

    private final Admission access;
    private final long mostUpload;

    AccessFilter(Admission access, long mostUpload) {
        this.access = access;
        this.mostUpload = mostUpload;
    }

    /** Who calls. */
    public static Principal principal(Context ctx) {
        return Objects.requireNonNull(ctx.attribute(PRINCIPAL), "no principal: no route was met");
    }

    /** Method and template of a request's route, which names no learner; empty if there is no such route. */
    static Optional<String> action(Context ctx) {
        return Optional.ofNullable(ctx.endpoints().matchedHttpEndpoint())
                .map(route -> route.method.name() + " " + route.path);
    }

    @Override
    public void handle(Context ctx) {
        Endpoint route = ctx.endpoints().matchedHttpEndpoint();
        if (route == null) {
            return;
        }
        ctx.attribute(
                PRINCIPAL,
                access.admit(scope(ctx), credentials(ctx), route.method.name() + " " + route.path, ctx.ip()));
        long most = route.path.equals(AdapterResource.ADAPTER) ? mostUpload : Json.MOST_BYTES;
        if (ctx.req().getContentLengthLong() > most) {
            throw RequestBody.tooLarge(most);
        }
    }

    private static Scope scope(Context ctx) {
        for (RouteRole role : ctx.routeRoles()) {
            if (role instanceof Scope scope) {
                return scope;
            }
        }
        throw new IllegalStateException("a route without a scope"); // refused when the server was made
    }

    private static Credentials credentials(Context ctx) {
        Optional<String> bearer = Optional.ofNullable(ctx.header("Authorization"))
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                .map(value -> value.substring(BEARER.length()).strip());
        return new Credentials(
                Optional.ofNullable(ctx.header("X-API-Key")).or(() -> bearer),
                Optional.ofNullable(ctx.header("X-Guardian-Key")),
                Optional.ofNullable(ctx.header("X-Guardian-Id")));
    }
}
