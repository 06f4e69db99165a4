/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the service listens, and its bounds.
 *
 * @param host address to listen at
 * @param port 0 for any that is free
 * @param tls empty for plain HTTP, as behind a proxy that ends TLS
 * @param maxUploadBytes most bytes of one adapter upload, with everything around its files
 */
public record RestSettings(String host, int port, Optional<Tls> tls, long maxUploadBytes) {
    /** Room for large adapters: 256 MiB. */
    public static final long DEFAULT_UPLOAD_BYTES = 256L << 20;

    public RestSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is from 0 to 65535, not " + port);
        }
        if (maxUploadBytes < 1) {
            throw new IllegalArgumentException("there must be room for an upload, not " + maxUploadBytes + " bytes");
        }
    }

    /**
     * The certificate and its key.
     *
     * @param keyStore a PKCS #12 file
     * @param password opens it
     */
    public record Tls(Path keyStore, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Tls[keyStore=" + keyStore + "]";
        }
    }
}
