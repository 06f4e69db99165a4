/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The text of a JSON object, and where its members are in it. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    private final String text;
    private final Map<String, String> strings = new HashMap<>();
    private final Map<String, String> raw = new HashMap<>();
    private final Set<String> nulls = new HashSet<>();

    private JsonText(String text) {
        this.text = text;
    }

    /**
     * @throws IOException if the text is no JSON object and nothing else, if it names a member twice, or is nested deeper than Jackson
     *     takes by itself
     */
    static JsonText object(String text) throws IOException {
        // over characters, so that the parser's places are places in the text
        try (JsonParser parser = JSON.createParser(text.toCharArray())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object");
            }
            JsonText object = new JsonText(text.strip());
            object.members(parser, text);
            if (parser.nextToken() != null) {
                throw new IOException("something after the object");
            }
            return object;
        }
    }

    private void members(JsonParser parser, String whole) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            int start = (int) parser.currentTokenLocation().getCharOffset();
            if (value == JsonToken.VALUE_STRING) {
                strings.put(name, parser.getText());
            } else if (value == JsonToken.VALUE_NULL) {
                nulls.add(name);
            } else {
                parser.skipChildren();
            }
            parser.finishToken();
            int end = (int) parser.currentLocation().getCharOffset();
            if (raw.put(name, whole.substring(start, end)) != null) {
                throw new IOException("a member twice");
            }
        }
    }

    /** The object's text, without the space around it. */
    String text() {
        return text;
    }

    /** Whether there is a member of that name that is not null. */
    boolean has(String name) {
        return raw.containsKey(name) && !nulls.contains(name);
    }

    /** The value of a member that is a string, or null. */
    @Nullable
    String string(String name) {
        return strings.get(name);
    }

    /** The text of a member that is there. */
    String raw(String name) {
        String value = raw.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }
}
