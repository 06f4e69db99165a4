/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.router.JavalinDefaultRoutingApi;

/** Some of the service's routes, each with the {@link io.privatefm.server.access.Scope} that it asks for. */
public interface Resource {
    /** Adds them. */
    void addTo(JavalinDefaultRoutingApi routes);
}
