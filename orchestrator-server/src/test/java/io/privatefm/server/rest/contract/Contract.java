/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Fixture: {@code docs/api/rest/private-fm.yaml}, and whether an answer is as it says. */
final class Contract {
    static final Path FILE = Path.of("..", "docs", "api", "rest", "private-fm.yaml");

    /** Answers that HTTP itself gives, of {@code default}, whatever operation is meant. */
    private static final Set<Integer> OF_HTTP = Set.of(405, 408, 414, 417, 426, 431, 501, 505);

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head", "options");
    private static final String REFERENCE = "$ref";

    /**
     * An operation.
     *
     * @param id its {@code operationId}
     * @param path a template
     */
    record Documented(String id, String method, String path, Pattern form, JsonNode node) {
        /** The path with these values in place of the parameters, one after the other. */
        String at(Map<String, String> values) {
            String filled = path;
            for (Map.Entry<String, String> value : values.entrySet()) {
                filled = filled.replace("{" + value.getKey() + "}", value.getValue());
            }
            return filled;
        }

        /** The statuses that it lists. */
        List<Integer> statuses() {
            List<Integer> statuses = new ArrayList<>();
            node.path("responses").fieldNames().forEachRemaining(status -> {
                if (!status.equals("default")) {
                    statuses.add(Integer.valueOf(status));
                }
            });
            return statuses;
        }

        boolean takesBody() {
            return node.has("requestBody");
        }

        /** What may be sent, by the media type. */
        JsonNode requestContent() {
            return node.at("/requestBody/content");
        }
    }

    private final JsonNode root;
    private final Map<String, Documented> operations = new TreeMap<>();
    private final Map<JsonNode, Schema> schemas = new HashMap<>();
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, // what the schemas of OpenAPI 3.1 are
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private Contract(JsonNode root) {
        this.root = root;
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(entry -> {
                            Documented operation = new Documented(
                                    entry.getValue().path("operationId").asText(),
                                    entry.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    Pattern.compile(path.getKey().replaceAll("\\{[a-z_]+}", "[^/]+")),
                                    entry.getValue());
                            if (operations.put(operation.id(), operation) != null) {
                                throw new IllegalStateException(operation.id() + " is there twice");
                            }
                        }));
    }

    static Contract read() throws IOException {
        return new Contract(new YAMLMapper().readTree(FILE.toFile()));
    }

    JsonNode root() {
        return root;
    }

    /** All operations, in the order of their ids. */
    List<Documented> operations() {
        return List.copyOf(operations.values());
    }

    Documented operation(String id) {
        return Optional.ofNullable(operations.get(id)).orElseThrow(() -> new IllegalArgumentException(id));
    }

    /** The operation that a call is of. */
    Optional<Documented> find(Call call) {
        String path = call.path().split("\\?", 2)[0];
        return operations.values().stream()
                .filter(operation -> operation.method().equals(call.method())
                        && operation.form().matcher(path).matches())
                .findFirst();
    }

    /** What of an answer is not as the contract says. */
    List<String> faults(Documented operation, Answer answer) {
        JsonNode responses = operation.node().path("responses");
        String status = String.valueOf(answer.status());
        if (!responses.has(status) && !OF_HTTP.contains(answer.status())) {
            return List.of("no answer " + status + " is documented");
        }
        return faults(resolved(responses.path(responses.has(status) ? status : "default")), answer);
    }

    /** What of an answer to no operation is not as the contract says. */
    List<String> faultsOfHttp(Answer answer) {
        return faults(root.at("/components/responses/HttpProblem"), answer);
    }

    private List<String> faults(JsonNode response, Answer answer) {
        List<String> faults = new ArrayList<>(headerFaults(response.path("headers"), answer));
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            if (!answer.body().isEmpty()) {
                faults.add("no body is documented");
            }
        } else if (!content.has(answer.mediaType())) {
            faults.add("no content of type " + answer.mediaType() + " is documented");
        } else if (answer.isJson()) {
            faults.addAll(schemaFaults(content.path(answer.mediaType()).path("schema"), answer.json()));
            faults.addAll(agreement(answer));
        } else if (answer.mediaType().equals("text/event-stream")) {
            faults.addAll(eventFaults(answer.body()));
        } else if (answer.body().isEmpty()) {
            faults.add("an empty body");
        }
        return faults;
    }

    private List<String> headerFaults(JsonNode documented, Answer answer) {
        List<String> faults = new ArrayList<>();
        root.at("/components/headers").properties().forEach(each -> {
            String name = each.getKey();
            Optional<String> sent = answer.header(name);
            JsonNode header = resolved(documented.path(name));
            if (sent.isPresent() && header.isMissingNode()) {
                faults.add("no header " + name + " is documented");
            } else if (sent.isPresent()) {
                schemaFaults(header.path("schema"), JsonNodeFactory.instance.textNode(sent.get()))
                        .forEach(fault -> faults.add(name + ": " + fault));
            } else if (header.path("required").asBoolean()) {
                faults.add("the header " + name + " is missing");
            }
        });
        return faults;
    }

    /** What headers and body say of the same. */
    private static List<String> agreement(Answer answer) {
        List<String> faults = new ArrayList<>();
        JsonNode body = answer.json();
        if (answer.mediaType().startsWith("application/problem")) {
            if (body.path("status").asInt() != answer.status()) {
                faults.add("another status in the body");
            }
            if (!body.path("correlation_id")
                    .asText()
                    .equals(answer.header("X-Correlation-Id").orElse(""))) {
                faults.add("another correlation id in the body");
            }
            if (body.path("retryable").asBoolean()
                    != answer.header("Retry-After").isPresent()) {
                faults.add("Retry-After and retryable do not agree");
            }
        }
        if (body.has("next")
                && body.path("next").isNull() == answer.header("Link").isPresent()) {
            faults.add("Link and next do not agree");
        }
        return faults;
    }

    private List<String> eventFaults(String stream) {
        List<String> faults = new ArrayList<>();
        int events = 0;
        for (String line : stream.split("\n", -1)) {
            if (line.startsWith("data: ")) {
                events++;
                JsonNode data = new Answer(200, Map.of(), line.substring("data: ".length())).json();
                faults.addAll(schemaFaults(root.at("/components/schemas/Operation"), data));
            } else if (!line.isEmpty() && !line.equals("event: operation") && !line.startsWith(":")) {
                faults.add("not documented: " + line);
            }
        }
        if (events == 0) {
            faults.add("no event");
        }
        return faults;
    }

    /** What of a value is not as a schema of this document says. */
    List<String> schemaFaults(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent(schema, this::compiled).validate(value).stream()
                .map(Error::toString)
                .toList();
    }

    private Schema compiled(JsonNode schema) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.putArray("allOf").add(schema);
        document.set("components", root.path("components"));
        return registry.getSchema(document);
    }

    /** What a reference stands for, or the node itself. */
    JsonNode resolved(JsonNode node) {
        return node.has(REFERENCE) ? root.at(node.path(REFERENCE).textValue().substring(1)) : node;
    }
}
