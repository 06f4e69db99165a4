/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A page that shows the interface's contract, and lets people try it: Swagger UI, out of its jar. Needs nothing from elsewhere. */
public final class DocsResource implements Resource {
    private static final String OWN = "/io/privatefm/server/docs/";
    private static final String JAR = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

    /** Swagger UI sets styles in markup, and has its symbols in data URLs. */
    static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Map<String, PageFile> files = new TreeMap<>();

    public DocsResource() {
        String swagger = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";
        files.put("/api/docs", PageFile.of(OWN + "index.html"));
        files.put("/api/docs/initializer.js", PageFile.of(OWN + "initializer.js"));
        for (String name : new String[] {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}) {
            files.put("/api/docs/" + name, PageFile.of(swagger + name));
        }
    }

    /** The version of Swagger UI that is there, which its paths have in them. */
    private static String version() {
        Properties jar = new Properties();
        try (InputStream in = DocsResource.class.getResourceAsStream(JAR)) {
            if (in == null) {
                throw new IllegalStateException("the jar of swagger-ui is not on the class path");
            }
            jar.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + JAR, e);
        }
        return jar.getProperty("version");
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        files.forEach((path, file) -> routes.get(path, ctx -> answer(ctx, path, file), Scope.OPEN));
    }

    /** With a slash at its end, a page's own references would lead elsewhere. */
    private static void answer(Context ctx, String path, PageFile file) {
        if (ctx.path().endsWith("/")) {
            ctx.redirect("../" + path.substring(path.lastIndexOf('/') + 1));
        } else {
            file.answer(ctx, POLICY);
        }
    }
}
