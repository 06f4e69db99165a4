/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.privatefm.server.access.Principal;
import java.util.Objects;

/** Lets a request through to its route, or refuses it. */
public final class AccessFilter {
    /** Name of the attribute that holds the {@link Principal} of a request that was let through. */
    public static final String PRINCIPAL = "pfm.principal";

    AccessFilter() {}

    /** Who calls. */
    public static Principal principal(Context ctx) {
        return Objects.requireNonNull(ctx.attribute(PRINCIPAL), "no principal: the route is open");
    }
}
