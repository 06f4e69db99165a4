/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads fields of an event's payload; what is not as it should be is an {@link IllegalArgumentException}. */
final class EventPayload {
    private EventPayload() {}

    static String text(JsonNode payload, String field) {
        return requireText(payload.path(field), field);
    }

    static Sha256 hash(JsonNode payload, String field) {
        return Sha256.parse(text(payload, field));
    }

    static Optional<Sha256> hashOrNull(JsonNode payload, String field) {
        return payload.path(field).isNull() ? Optional.empty() : Optional.of(hash(payload, field));
    }

    static Optional<Instant> timeOrNone(JsonNode payload, String field) {
        if (payload.path(field).isMissingNode() || payload.path(field).isNull()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text(payload, field)));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(field + " must be a time", e);
        }
    }

    static int number(JsonNode payload, String field) {
        JsonNode value = payload.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new IllegalArgumentException(field + " must be a whole number");
        }
        return value.intValue();
    }

    static boolean flag(JsonNode payload, String field) {
        if (!payload.path(field).isBoolean()) {
            throw new IllegalArgumentException(field + " must be true or false");
        }
        return payload.path(field).booleanValue();
    }

    static List<Subject> subjects(JsonNode payload) {
        List<Subject> named = new ArrayList<>();
        if (!payload.path("subjects").isArray()) {
            throw new IllegalArgumentException("subjects must be a list");
        }
        payload.path("subjects").forEach(subject -> named.add(Subject.of(requireText(subject, "a subject"))));
        return named;
    }

    /** The variants of a checkpoint, by name. */
    static SortedMap<String, JsonNode> variants(JsonNode payload) {
        if (!payload.path("variants").isObject()) {
            throw new IllegalArgumentException("variants must be an object");
        }
        SortedMap<String, JsonNode> variants = new TreeMap<>();
        for (Map.Entry<String, JsonNode> variant : payload.path("variants").properties()) {
            if (!StrictJson.isUnicode(variant.getKey())) {
                throw new IllegalArgumentException("a variant's name has half a surrogate pair");
            }
            variants.put(variant.getKey(), variant.getValue());
        }
        return variants;
    }

    private static String requireText(JsonNode value, String what) {
        if (!value.isTextual()) {
            throw new IllegalArgumentException(what + " must be text");
        }
        return value.textValue();
    }
}
