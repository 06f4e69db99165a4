/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What came back of a request.
 *
 * @param status 0 if nothing came
 */
record Answer(int status, String type, String retryAfter, String body) {
    private static final JsonMapper JSON = new JsonMapper();

    static final Answer NONE = new Answer(0, "", "", "");

    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(body, e);
        }
    }

    /** Whether the change may have been made or not, or was not made for now. */
    boolean isOpen() {
        return status == 0 || status == 503 || (status == 409 && text("code").equals("CONFLICT"));
    }

    String text(String field) {
        return json().path(field).asText();
    }

    /** What is wrong with it as an answer, as the interface promises it; empty if nothing is. */
    String fault() {
        if (status == 0 || status < 400) {
            return "";
        }
        if (!type.startsWith("application/problem+json")) {
            return "no problem";
        }
        if (text("code").isEmpty()
                || text("correlation_id").isEmpty()
                || json().path("status").asInt() != status) {
            return "half a problem";
        }
        if (json().path("retryable").asBoolean() && status == 503 && retryAfter.isEmpty()) {
            return "no Retry-After";
        }
        return status == 500 || text("code").equals("INTERNAL") ? "an internal error" : "";
    }
}
