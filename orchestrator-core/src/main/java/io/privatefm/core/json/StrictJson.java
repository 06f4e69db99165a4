/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON (RFC 8259) without mercy: strict UTF-8 and no byte order mark, no duplicate keys at any level, no trailing
 * text, nesting and token sizes bounded. Object keys keep the order of the file.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NUMBER_LENGTH = 64;

    /** Shares no names between parsers: Jackson's table of them can be filled, and broken, by one hostile input. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final JsonFactory DUPLICATES_FACTORY = FACTORY.rebuild()
            .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonMapper STANDARD = mapper(FACTORY);
    private static final JsonFactory PYTHON_FACTORY =
            FACTORY.rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
    private static final JsonMapper PYTHON = mapper(PYTHON_FACTORY);

    private StrictJson() {}

    /**
     * Reads one object.
     *
     * @param file how to name the input in an error
     * @param code the error code for malformed input
     * @throws InvalidInputException if the bytes are not exactly one JSON object
     */
    public static ObjectNode object(byte[] bytes, String file, ErrorCode code) {
        return object(STANDARD, bytes, file, code);
    }

    /** As {@link #object}, but also takes {@code NaN} and {@code Infinity}, which Python's {@code json} writes. */
    public static ObjectNode pythonObject(byte[] bytes, String file, ErrorCode code) {
        return object(PYTHON, bytes, file, code);
    }

    /**
     * As {@link #pythonObject(byte[], String, ErrorCode)}, for input that could fill the memory.
     *
     * @param depth most levels of lists and objects
     * @param tokens most keys, values, and beginnings and ends of lists and objects
     */
    public static ObjectNode pythonObject(byte[] bytes, String file, ErrorCode code, int depth, int tokens) {
        try (JsonParser parser = pythonParser(text(bytes, file, code))) {
            int level = 0;
            int count = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                level += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (level > depth) {
                    throw new InvalidInputException(code, file, null, "JSON nested deeper than " + depth);
                }
                if (++count > tokens) {
                    throw new InvalidInputException(code, file, null, "JSON of more than " + tokens + " tokens");
                }
            }
        } catch (JsonProcessingException e) {
            throw malformed(e, file, code);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pythonObject(bytes, file, code);
    }

    private static ObjectNode object(JsonMapper mapper, byte[] bytes, String file, ErrorCode code) {
        JsonNode node;
        try {
            node = mapper.readTree(text(bytes, file, code));
        } catch (JsonProcessingException e) {
            throw malformed(e, file, code);
        }
        if (node instanceof ObjectNode object) {
            if (!isUnicode(object)) {
                throw new InvalidInputException(code, file, null, "half a surrogate pair in a text");
            }
            return object;
        }
        throw new InvalidInputException(code, file, null, "must be a JSON object");
    }

    private static InvalidInputException malformed(JsonProcessingException e, String file, ErrorCode code) {
        return new InvalidInputException(
                code, file, null, "malformed JSON: " + Printable.sentence(e.getOriginalMessage()));
    }

    /** Reads a text token by token, with the same bounds; the caller checks for duplicate keys, to say where they are. */
    public static JsonParser parser(String text) throws IOException {
        return DUPLICATES_FACTORY.createParser(text);
    }

    /** As {@link #parser}, for text that Python's {@code json} wrote. */
    public static JsonParser pythonParser(String text) throws IOException {
        return PYTHON_FACTORY.createParser(text);
    }

    /**
     * Decodes strict UTF-8.
     *
     * @throws InvalidInputException at the first malformed sequence
     */
    public static String text(byte[] bytes, String file, ErrorCode code) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(code, file, null, "JSON text is not valid UTF-8");
        }
    }

    /** Whether {@code text} can be written in UTF-8: no surrogate stands alone, as escapes allow. */
    public static boolean isUnicode(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static boolean isUnicode(JsonNode node) {
        if (node.isTextual()) {
            return isUnicode(node.textValue());
        }
        for (JsonNode child : node) {
            if (!isUnicode(child)) {
                return false;
            }
        }
        return true;
    }

    private static JsonMapper mapper(JsonFactory factory) {
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
                .build();
    }
}
