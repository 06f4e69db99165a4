/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fixture: {@code docs/events.md}. Each event has a heading that is its type, a table of its fields, and examples.
 *
 * @param text all of it
 * @param sections what stands under the heading of each type
 */
record EventsDocument(String text, Map<String, String> sections) {
    private static final Path FILE = Path.of("..", "docs", "events.md");
    private static final Pattern SECTION = Pattern.compile("(?ms)^### `([A-Z_]+)`\n(.*?)(?=^##|\\z)");
    private static final Pattern FIELD = Pattern.compile("(?m)^\\| `(\\w+)` \\| [^|]+ \\| (yes|no) \\|");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```json\n(.*?)```");

    EventsDocument {
        sections = Map.copyOf(sections);
    }

    static EventsDocument read() throws IOException {
        String text = Files.readString(FILE);
        Map<String, String> sections = new LinkedHashMap<>();
        Matcher matcher = SECTION.matcher(text);
        while (matcher.find()) {
            sections.put(matcher.group(1), matcher.group(2));
        }
        return new EventsDocument(text, sections);
    }

    /** The fields that the table of a type names, and whether it says that they must be there. */
    Map<String, Boolean> fields(String topic) {
        Map<String, Boolean> fields = new LinkedHashMap<>();
        Matcher matcher = FIELD.matcher(sections.getOrDefault(topic, ""));
        while (matcher.find()) {
            fields.put(matcher.group(1), matcher.group(2).equals("yes"));
        }
        return fields;
    }

    /** The examples of a type. */
    List<JsonNode> examples(String topic) throws IOException {
        return jsonIn(sections.getOrDefault(topic, ""));
    }

    /** All examples. */
    List<JsonNode> examples() throws IOException {
        return jsonIn(text);
    }

    private static List<JsonNode> jsonIn(String part) throws IOException {
        List<JsonNode> examples = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(part);
        while (matcher.find()) {
            examples.add(new JsonMapper().readTree(matcher.group(1)));
        }
        return examples;
    }
}
