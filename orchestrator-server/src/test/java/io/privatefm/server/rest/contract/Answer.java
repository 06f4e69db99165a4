/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the service answered.
 *
 * @param headers by their names in any case
 */
record Answer(int status, Map<String, List<String>> headers, String body) {
    private static final JsonMapper JSON = new JsonMapper();

    Optional<String> header(String name) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .flatMap(header -> header.getValue().stream())
                .findFirst();
    }

    /** Without parameters; nothing if there is no body. */
    String mediaType() {
        return header("Content-Type")
                .map(type -> type.split(";", -1)[0].strip().toLowerCase(Locale.ROOT))
                .orElse("");
    }

    boolean isJson() {
        return mediaType().endsWith("json");
    }

    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(body, e);
        }
    }

    String text(String field) {
        return json().path(field).asText();
    }
}
