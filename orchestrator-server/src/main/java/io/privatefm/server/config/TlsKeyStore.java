/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;

/** A PKCS #12 file with a certificate and its key. */
final class TlsKeyStore {
    private TlsKeyStore() {}

    /**
     * Looks into it.
     *
     * @throws IllegalArgumentException if there is none, the password does not open it, or it has no key
     */
    static Path require(Path file, String password) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password.toCharArray());
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    return file;
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "cannot be read as PKCS #12 with " + Setting.TLS_KEYSTORE_PASSWORD + ": " + file, e);
        }
        throw new IllegalArgumentException("has no key with its certificate: " + file);
    }
}
