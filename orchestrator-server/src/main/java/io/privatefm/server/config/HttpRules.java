/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the service listens, and how much it takes.
 *
 * @param address to listen at
 * @param port 0 for any that is free
 * @param keyStore PKCS #12 with the certificate and its key; empty for plain HTTP
 * @param keyStorePassword opens it
 * @param mostUploadBytes of one upload
 */
public record HttpRules(
        String address, int port, Optional<Path> keyStore, Optional<Secret> keyStorePassword, long mostUploadBytes) {}
