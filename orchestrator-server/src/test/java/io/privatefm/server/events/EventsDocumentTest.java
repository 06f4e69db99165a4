/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/events.md and docs/events.asyncapi.yaml")
class EventsDocumentTest {
    /** What {@code NumberedData} requires: said once in the document, for all outgoing events. */
    private static final Set<String> NUMBERED =
            Set.of("event", "event_id", "ns_uid", "learner_id", "seq", "at", "correlation_id");

    /** What may stand in the data of every incoming event: said once too. */
    private static final Set<String> COMMON = Set.of("version", "correlation_id");

    private EventSchemas schemas;
    private EventsDocument document;

    @BeforeEach
    void read() throws IOException {
        schemas = EventSchemas.read();
        document = EventsDocument.read();
    }

    @Test
    @DisplayName("have examples that are as the schemas say, the same ones")
    void examples() throws IOException {
        List<JsonNode> inSchemas = new ArrayList<>();
        schemas.examples().forEach((message, examples) -> {
            assertThat(examples).as(message).isNotEmpty();
            inSchemas.addAll(examples);
        });

        assertThat(inSchemas)
                .allSatisfy(example -> assertThat(schemas.errors(example)).isEmpty());
        assertThat(document.examples()).containsExactlyInAnyOrderElementsOf(inSchemas);
        for (String topic : topics()) {
            assertThat(document.examples(topic))
                    .as(topic)
                    .isNotEmpty()
                    .allSatisfy(example -> assertThat(example.path(example.has("specversion") ? "type" : "event")
                                    .textValue())
                            .isEqualTo(topic));
        }
    }

    @Test
    @DisplayName("name the same types")
    void types() {
        assertThat(document.sections().keySet()).isEqualTo(topics());
    }

    @Test
    @DisplayName("name the same fields, and agree which of them must be there")
    void fields() {
        for (String topic : topics()) {
            Map<String, Boolean> inSchema = new HashMap<>(schemas.fields(topic));
            inSchema.keySet().removeAll(schemas.topics("send").contains(topic) ? NUMBERED : COMMON);
            assertThat(document.fields(topic)).as(topic).isEqualTo(inSchema);
        }
    }

    @Test
    @DisplayName("call for every field that they say must be there: an example without it is refused")
    void requiredFields() throws IOException {
        int refused = 0;
        for (JsonNode example : document.examples()) {
            boolean enveloped = example.has("specversion");
            String topic = example.path(enveloped ? "type" : "event").textValue();
            for (Map.Entry<String, Boolean> field : schemas.fields(topic).entrySet()) {
                if (field.getValue()) {
                    ObjectNode without = example.deepCopy();
                    ((ObjectNode) (enveloped ? without.path("data") : without)).remove(field.getKey());
                    assertThat(schemas.errors(without))
                            .as("%s without %s", topic, field.getKey())
                            .isNotEmpty();
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(60);
    }

    private Set<String> topics() {
        Set<String> topics = new TreeSet<>(schemas.topics("receive"));
        topics.addAll(schemas.topics("send"));
        return topics;
    }
}
