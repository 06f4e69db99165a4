/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.util.List;

/** The REST service. */
public final class RestServer implements AutoCloseable {
    private final RestSettings settings;
    private final List<Resource> resources;

    RestServer(RestSettings settings, List<Resource> resources) {
        this.settings = settings;
        this.resources = List.copyOf(resources);
    }

    /**
     * Begins to listen.
     *
     * @return the port
     */
    public int start() {
        throw new UnsupportedOperationException(settings + " " + resources);
    }

    /** Stops taking requests, and lets those under way end, at most 20 seconds. Idempotent. */
    @Override
    public void close() {}
}
