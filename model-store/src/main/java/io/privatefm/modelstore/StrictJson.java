/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A small JSON text from outside: UTF-8 without byte order mark, no duplicate fields, no trailing text, bounded levels.
 * Errors name the text and the field at fault.
 */
final class StrictJson {
    /** No text is longer. */
    static final int MAX_BYTES = 1 << 20;

    private final String name;
    private final JsonMapper mapper;

    /**
     * A kind of text.
     *
     * @param name what it is called in errors
     * @param maxDepth how many levels it may have
     */
    StrictJson(String name, int maxDepth) {
        this.name = name;
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(maxDepth)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /**
     * The text as a tree.
     *
     * @throws InvalidInputException ({@link ErrorCode#MODEL_INVALID}) if it is no such text
     */
    JsonNode parse(ByteBuffer bytes) {
        try {
            return mapper.readTree(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException e) {
            throw refused(null, "is not valid UTF-8");
        } catch (JsonProcessingException e) {
            throw refused(null, "malformed JSON" + place(e.getLocation()) + ": " + problem(e.getOriginalMessage()));
        }
    }

    /** Fails unless a node is an object. */
    ObjectNode object(@Nullable JsonNode node, @Nullable String at) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw refused(at, "must be a JSON object");
    }

    /** Fails unless a node is an object with no other fields than these. */
    ObjectNode object(@Nullable JsonNode node, @Nullable String at, Set<String> known) {
        ObjectNode object = object(node, at);
        object.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                throw refused(at, "unknown field '" + Failures.shown(field) + "'");
            }
        });
        return object;
    }

    /** Fails unless a field is an array. */
    ArrayNode array(JsonNode object, String field) {
        if (object.get(field) instanceof ArrayNode array) {
            return array;
        }
        throw refused(null, "must have an array '" + field + "'");
    }

    /** Fails unless a field is a string. */
    String text(JsonNode entry, String at, String field) {
        @Nullable JsonNode value = entry.get(field);
        if (value == null || !value.isTextual()) {
            throw refused(at + "." + field, "must be there and be a string");
        }
        return value.textValue();
    }

    /** Fails unless a field is a count. */
    long count(JsonNode entry, String at, String field) {
        @Nullable JsonNode value = entry.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw refused(at + "." + field, "must be there and be an integer of at least 0");
        }
        return value.longValue();
    }

    /** Fails unless a field is a SHA-256 digest. */
    Sha256 hash(JsonNode entry, String at, String field) {
        @Nullable JsonNode value = entry.get(field);
        @Nullable String text = value == null ? null : value.textValue();
        try {
            return Sha256.parse(text == null ? "" : text);
        } catch (InvalidInputException e) {
            throw refused(at + "." + field, "must be 64 lower-case hex digits");
        }
    }

    /** The error for a field at fault. */
    InvalidInputException refused(@Nullable String field, String reason) {
        return new InvalidInputException(ErrorCode.MODEL_INVALID, name, field, reason);
    }

    private static String place(@Nullable JsonLocation at) {
        return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** Jackson's words without its own account of the place. */
    private static String problem(String message) {
        return Failures.shown(message).replaceFirst(" \\([^(]*\\[Source: .*", "");
    }
}
