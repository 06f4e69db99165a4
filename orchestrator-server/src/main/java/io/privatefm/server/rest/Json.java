/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * JSON as the service reads and writes it: names in snake case, instants as ISO 8601, nulls written. What is read must be UTF-8 and one
 * value, with no key twice, of bounded size and depth.
 */
public final class Json {
    /** Most bytes of a JSON body. */
    public static final int MOST_BYTES = 64 << 10;

    /** Reads and writes. */
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxNumberLength(40)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .addModules(new JavaTimeModule(), new Jdk8Module())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private Json() {}

    /**
     * The request's body, an object.
     *
     * @throws ProblemException 415 if it is not declared as JSON, 413 if it is too large, 400 if it is not JSON
     */
    public static Fields body(Context ctx) {
        return new Fields(tree(RequestBody.json(ctx)));
    }

    /** As {@link #body}, where a request without a body means the empty object. */
    public static Fields bodyOrEmpty(Context ctx) {
        return RequestBody.isAbsent(ctx) ? new Fields(MAPPER.createObjectNode()) : body(ctx);
    }

    /** Answers with JSON. */
    public static void answer(Context ctx, int status, Object body) {
        ctx.status(status).contentType("application/json").result(bytes(body));
    }

    /** A value's JSON in UTF-8. */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for " + value.getClass(), e);
        }
    }

    /**
     * One JSON value.
     *
     * @throws ProblemException 400 if it is anything else
     */
    static JsonNode tree(byte[] utf8) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            JsonNode tree = MAPPER.readTree(text);
            if (tree.isMissingNode()) {
                throw ProblemException.malformed("the body is empty; a JSON object is expected");
            }
            return tree;
        } catch (CharacterCodingException e) {
            throw ProblemException.malformed("the body is not UTF-8");
        } catch (JsonProcessingException e) {
            throw ProblemException.malformed("the body is not JSON, or has a key twice: " + where(e));
        }
    }

    /** Where the fault is and nothing of the body: it may name a learner. */
    private static String where(JsonProcessingException fault) {
        return fault.getLocation() == null
                ? "see its end"
                : "see line " + fault.getLocation().getLineNr() + ", column "
                        + fault.getLocation().getColumnNr();
    }
}
