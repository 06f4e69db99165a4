/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.privatefm.server.rest.contract.Contract.Documented;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The document by itself, by the rules of OpenAPI 3.1.0. */
@DisplayName("The contract")
class ContractDocumentTest {
    private static final Set<String> OF_DOCUMENTS =
            Set.of("openapi", "info", "servers", "security", "tags", "paths", "components");
    private static final Set<String> OF_OPERATIONS = Set.of(
            "operationId", "tags", "summary", "description", "security", "parameters", "requestBody", "responses");
    private static final Set<String> OF_PARAMETERS = Set.of("name", "in", "required", "description", "schema");
    private static final Set<String> OF_RESPONSES = Set.of("description", "headers", "content");
    private static final Set<String> OF_HEADERS = Set.of("description", "required", "schema");
    private static final Pattern TEMPLATE = Pattern.compile("\\{([a-z_]+)}");
    private static final Set<String> OPEN_OBJECTS = Set.of("receipt", "payload"); // documents of their own formats

    private Contract contract;
    private JsonNode root;

    @BeforeEach
    void read() throws IOException {
        contract = Contract.read();
        root = contract.root();
    }

    @Test
    @DisplayName("is of OpenAPI 3.1, and has no part that is not")
    void structure() {
        assertThat(root.path("openapi").asText()).startsWith("3.1.");
        assertThat(OF_DOCUMENTS).containsAll(names(root));
        for (String text : List.of("/info/title", "/info/version")) {
            assertThat(root.at(text).asText()).as(text).isNotBlank();
        }
        for (JsonNode each : root.at("/components/parameters")) {
            assertThat(OF_PARAMETERS).as(each.toString()).containsAll(names(each));
            assertThat(each.path("in").asText()).isIn("path", "query", "header");
            assertThat(each.path("in").asText().equals("path"))
                    .isEqualTo(each.path("required").asBoolean());
        }
        for (JsonNode each : root.at("/components/headers")) {
            assertThat(OF_HEADERS).as(each.toString()).containsAll(names(each));
        }
        for (JsonNode each : root.at("/components/responses")) {
            assertThat(OF_RESPONSES).as(each.toString()).containsAll(names(each));
            assertThat(each.path("description").asText()).isNotBlank();
        }
        for (JsonNode each : root.at("/components/securitySchemes")) {
            assertThat(each.path("type").asText()).isIn("apiKey", "http");
        }
    }

    @Test
    @DisplayName("has all of each operation: an id, words, a tag, who may, parameters as in the path, and answers")
    void operations() {
        Set<String> tags = texts(root.path("tags"), "name");
        Set<String> used = new HashSet<>();
        for (Documented operation : contract.operations()) {
            JsonNode node = operation.node();
            assertThat(OF_OPERATIONS).as(operation.id()).containsAll(names(node));
            assertThat(operation.id()).matches("[a-z][A-Za-z]+");
            assertThat(node.path("summary").asText()).as(operation.id()).isNotBlank();
            assertThat(node.path("description").asText()).as(operation.id()).isNotBlank();
            assertThat(node.path("tags")).as(operation.id()).hasSize(1);
            used.add(node.path("tags").path(0).asText());
            JsonNode security = node.has("security") ? node.path("security") : root.path("security");
            security.forEach(way ->
                    assertThat(names(root.at("/components/securitySchemes"))).containsAll(names(way)));
            assertThat(security.isEmpty())
                    .as(operation.id())
                    .isEqualTo(node.path("description").asText().contains("Asks for no key"));

            List<String> inPath = new ArrayList<>();
            Set<String> all = new HashSet<>();
            node.path("parameters").forEach(reference -> {
                JsonNode parameter = contract.resolved(reference);
                assertThat(all.add(parameter.path("in").asText()
                                + parameter.path("name").asText()))
                        .isTrue();
                if (parameter.path("in").asText().equals("path")) {
                    inPath.add(parameter.path("name").asText());
                }
            });
            assertThat(inPath)
                    .as(operation.id())
                    .containsExactlyElementsOf(TEMPLATE.matcher(operation.path())
                            .results()
                            .map(match -> match.group(1))
                            .toList());
            assertThat(names(node.path("responses"))).as(operation.id()).contains("default");
            node.path("responses")
                    .forEach(response -> assertThat(contract.resolved(response)
                                    .path("description")
                                    .asText())
                            .isNotBlank());
        }
        assertThat(used).isEqualTo(tags);
    }

    @Test
    @DisplayName("refers to parts that there are, and has no part that nothing refers to")
    void references() {
        Set<String> used = references(root).collect(Collectors.toCollection(TreeSet::new));
        Set<String> there = new TreeSet<>();
        root.path("components").properties().stream()
                .filter(kind -> !kind.getKey().equals("securitySchemes"))
                .forEach(kind -> kind.getValue()
                        .fieldNames()
                        .forEachRemaining(name -> there.add("#/components/" + kind.getKey() + "/" + name)));

        assertThat(used).isEqualTo(there);
    }

    @Test
    @DisplayName("has schemas of JSON Schema 2020-12, and objects that are closed")
    void schemas() {
        Schema meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        root.at("/components/schemas").properties().forEach(schema -> {
            assertThat(meta.validate(schema.getValue())).as(schema.getKey()).isEmpty();
            assertClosed(schema.getKey(), schema.getValue());
        });
    }

    private static void assertClosed(String name, JsonNode schema) {
        if (schema.path("type").asText().equals("object") && !OPEN_OBJECTS.contains(name)) {
            assertThat(schema.has("additionalProperties")).as(name).isTrue();
        }
        schema.path("properties").properties().forEach(field -> assertClosed(field.getKey(), field.getValue()));
        if (schema.has("items")) {
            assertClosed(name + " items", schema.path("items"));
        }
    }

    private static Stream<String> references(JsonNode node) {
        Stream<String> own = node.has("$ref") ? Stream.of(node.path("$ref").asText()) : Stream.empty();
        List<JsonNode> parts = new ArrayList<>();
        node.forEach(parts::add);
        return Stream.concat(own, parts.stream().flatMap(ContractDocumentTest::references));
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> texts(JsonNode list, String field) {
        Set<String> texts = new HashSet<>();
        list.forEach(each -> texts.add(each.path(field).asText()));
        return texts;
    }
}
