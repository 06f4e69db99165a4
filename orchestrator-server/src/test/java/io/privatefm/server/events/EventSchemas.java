/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Fixture: {@code docs/events.asyncapi.yaml}, and whether a message is as it says. */
final class EventSchemas {
    private static final Path FILE = Path.of("..", "docs", "events.asyncapi.yaml");
    private static final String LOCATION = "https://docs.invalid/events.asyncapi.yaml";
    private static final String REFERENCE = "$ref";

    private final JsonNode root;
    private final SchemaRegistry registry;

    private EventSchemas(JsonNode root) {
        this.root = root;
        String shared = JsonNodeFactory.instance
                .objectNode()
                .set("components", root.path("components"))
                .toString();
        this.registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_7, // what AsyncAPI's own schemas are a superset of
                builder -> builder.schemas(Map.of(LOCATION, shared))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
    }

    static EventSchemas read() throws IOException {
        return new EventSchemas(new YAMLMapper().readTree(FILE.toFile()));
    }

    /**
     * The topics that the orchestrator takes or sends.
     *
     * @param action {@code receive} or {@code send}
     */
    SortedSet<String> topics(String action) {
        SortedSet<String> topics = new TreeSet<>();
        for (JsonNode operation : root.path("operations")) {
            if (operation.path("action").textValue().equals(action)) {
                String address =
                        resolved(operation.path("channel")).path("address").textValue();
                topics.add(address.substring("{prefix}.".length()));
            }
        }
        return topics;
    }

    /** The examples of every message, by the message's key. */
    Map<String, List<JsonNode>> examples() {
        Map<String, List<JsonNode>> examples = new TreeMap<>();
        root.at("/components/messages").properties().forEach(message -> {
            List<JsonNode> payloads = new ArrayList<>();
            message.getValue().path("examples").forEach(example -> payloads.add(example.path("payload")));
            examples.put(message.getKey(), payloads);
        });
        return examples;
    }

    /** What is wrong with an event, by the type that it says it is of; nothing if it is as its schema says. */
    List<String> errors(JsonNode event) {
        boolean enveloped = event.has("specversion");
        String topic = event.path(enveloped ? "type" : "event").asText();
        return errors(schema(topic) + (enveloped ? "Event" : "BareEvent"), event);
    }

    /** What is wrong with the data of an event. */
    List<String> errorsOfData(String topic, JsonNode data) {
        return errors(schema(topic) + "Data", data);
    }

    private List<String> errors(String schema, JsonNode value) {
        return registry
                .getSchema(SchemaLocation.of(LOCATION + "#/components/schemas/" + schema))
                .validate(value)
                .stream()
                .map(Error::toString)
                .toList();
    }

    /** The fields of an event's data that its schema names, and whether they must be there. */
    Map<String, Boolean> fields(String topic) {
        Map<String, Boolean> fields = new LinkedHashMap<>();
        collect(root.at("/components/schemas/" + schema(topic) + "Data"), fields);
        return fields;
    }

    private void collect(JsonNode schema, Map<String, Boolean> fields) {
        JsonNode here = resolved(schema);
        here.path("allOf").forEach(part -> collect(part, fields));
        here.path("properties").fieldNames().forEachRemaining(name -> fields.putIfAbsent(name, false));
        here.path("required").forEach(name -> fields.put(name.textValue(), true));
        here.path("not").path("required").forEach(name -> fields.remove(name.textValue()));
    }

    private JsonNode resolved(JsonNode node) {
        return node.has(REFERENCE) ? root.at(node.path(REFERENCE).textValue().substring(1)) : node;
    }

    /** What the schemas of a topic's events begin with: {@code MERGE_COMPLETED} is {@code MergeCompleted}. */
    private static String schema(String topic) {
        StringBuilder name = new StringBuilder();
        for (String word : topic.split("_", -1)) {
            name.append(word, 0, Math.min(1, word.length()))
                    .append(word.substring(Math.min(1, word.length())).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
