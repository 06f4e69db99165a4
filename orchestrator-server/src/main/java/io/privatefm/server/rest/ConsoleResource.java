/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The operators' console. Anybody may have the page: it holds no data. What it shows, its script asks the REST interface for, with the key
 * of whoever signs in. Nothing comes from elsewhere, no script or style stands in the page itself, and text cannot become markup.
 */
public final class ConsoleResource implements Resource {
    private static final String FOLDER = "/io/privatefm/server/console/";
    private static final String PAGE = "index.html";

    static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    static final List<String> FILES = List.of(
            PAGE,
            "action.js",
            "api.js",
            "attention.js",
            "badge.js",
            "components.js",
            "console.css",
            "deletion.js",
            "dialog.js",
            "dom.js",
            "format.js",
            "gauge.js",
            "hash.js",
            "icon.svg",
            "learner.js",
            "main.js",
            "merges.js",
            "namespaces.js",
            "night.js",
            "nights.js",
            "notice.js",
            "operations.js",
            "overview.js",
            "plot.js",
            "problem.js",
            "recovery.js",
            "redraw.js",
            "serversent.js",
            "standing.js",
            "switches.js",
            "table.js",
            "theme.js",
            "timeline.js");

    private final Map<String, PageFile> files = new TreeMap<>();

    public ConsoleResource() {
        FILES.forEach(name -> files.put(name, PageFile.of(FOLDER + name)));
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        files.forEach((name, file) ->
                routes.get(name.equals(PAGE) ? "/" : "/console/" + name, ctx -> file.answer(ctx, POLICY), Scope.OPEN));
    }
}
