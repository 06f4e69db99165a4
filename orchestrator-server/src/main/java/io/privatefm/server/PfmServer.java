/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import io.privatefm.server.config.ServerSettings;

/** The service: everything that it consists of, opened, started and closed in order. */
public final class PfmServer implements AutoCloseable {
    private PfmServer(ServerSettings settings) {
        throw new UnsupportedOperationException(settings.toString());
    }

    /**
     * Opens what the settings name; nothing runs yet.
     *
     * @throws io.privatefm.spi.PfmException if something cannot be opened; nothing is open then
     */
    public static PfmServer open(ServerSettings settings) {
        return new PfmServer(settings);
    }

    /** Begins to listen, and to work by itself. */
    public void start() {}

    /** Where it listens; once it was started. */
    public int port() {
        return 0;
    }

    /** Takes no more requests, lets those under way end, and closes everything. Idempotent. */
    @Override
    public void close() {}
}
