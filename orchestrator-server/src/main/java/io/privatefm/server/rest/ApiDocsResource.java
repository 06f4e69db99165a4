/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The contract of the service, OpenAPI 3.1. */
public final class ApiDocsResource implements Resource {
    private static final String FILE = "/io/privatefm/server/rest/private-fm.yaml";

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/openapi.yaml", ApiDocsResource::get, Scope.OPEN);
    }

    private static void get(Context ctx) {
        try (InputStream file = ApiDocsResource.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("the jar has no " + FILE);
            }
            ctx.contentType("application/yaml")
                    .header("Cache-Control", "no-cache")
                    .result(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
