/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.util.Map;

/** Reads {@link ServerSettings}. */
final class SettingsReader {
    private final Map<String, String> environment;

    SettingsReader(Map<String, String> environment) {
        this.environment = environment;
    }

    ServerSettings read() {
        throw new UnsupportedOperationException(environment.size() + " variables");
    }
}
