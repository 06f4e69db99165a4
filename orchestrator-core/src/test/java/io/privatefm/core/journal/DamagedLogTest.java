/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.store.EventRow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A damaged event log is refused")
class DamagedLogTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final List<EventRow> log = new ArrayList<>(GoldenLog.version2());

    @Test
    @DisplayName("when an event is missing, at any place")
    void gap() {
        for (int missing = 0; missing < log.size() - 1; missing++) {
            List<EventRow> cut = new ArrayList<>(log);
            cut.remove(missing);
            assertRefused(cut, "event " + (missing + 1) + " is missing");
        }
    }

    @Test
    @DisplayName("when an event is there twice, at any place")
    void duplicate() {
        for (int twice = 0; twice < log.size(); twice++) {
            List<EventRow> longer = new ArrayList<>(log);
            longer.add(twice, log.get(twice));
            assertRefused(longer, "event " + (twice + 2) + " is missing, event " + (twice + 1) + " follows");
        }
    }

    @Test
    @DisplayName("when two events stand in the wrong order, or the newest comes first")
    void order() {
        for (int index = 1; index < log.size(); index++) {
            List<EventRow> swapped = new ArrayList<>(log);
            Collections.swap(swapped, index - 1, index);
            assertRefused(swapped, "event " + index + " is missing, event " + (index + 1) + " follows");
        }
        Collections.reverse(log);
        assertRefused(log, "event 1 is missing, event 8 follows");
    }

    @Test
    @DisplayName("when a page does not go on where the state stands")
    void page() {
        NamespaceHistory history = NamespaceHistory.EMPTY.after(log.subList(0, 4));
        assertThatThrownBy(() -> history.after(log.subList(3, 8)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage("event 5 is missing, event 4 follows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "merge_completed", "MERGE_COMPLETED ", "NAMESPACE_SHREDDED"})
    @DisplayName("when an event's type is not known")
    void unknownType(String type) {
        EventRow row = log.get(4);
        log.set(4, new EventRow(5, type, 1, row.payload(), row.at()));
        assertRefused(log, "event 5 is of type " + type);
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,2", "4,4", "4,2147483647", "4,0", "4,-1"})
    @DisplayName("when an event's version is newer than this release, or none")
    void unknownVersion(int index, int version) {
        EventRow row = log.get(index);
        log.set(index, new EventRow(row.seq(), row.type(), version, row.payload(), row.at()));
        assertRefused(log, "event " + row.seq() + " (" + row.type() + ") has version " + version);
    }

    @Test
    @DisplayName("when it begins with anything but the namespace's creation, or that comes again")
    void creation() {
        EventRow created = log.get(0);
        EventRow second = log.get(1);
        assertRefused(
                List.of(new EventRow(1, second.type(), 1, second.payload(), second.at())),
                "event 1 is ADAPTER_REGISTERED, which cannot be the first");
        assertRefused(
                List.of(created, new EventRow(2, created.type(), 1, created.payload(), created.at())),
                "event 2 is NAMESPACE_CREATED, which can only be the first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "7", "\"text\"", "{}", "{} {}", "{\"a\":1,\"a\":1}", "\uFEFF{}"})
    @DisplayName("when a payload is not the object that it was")
    void payload(String payload) {
        for (int index = 0; index < log.size(); index++) {
            EventRow row = log.get(index);
            List<EventRow> damaged = new ArrayList<>(log);
            damaged.set(index, new EventRow(row.seq(), row.type(), row.typeVersion(), payload, row.at()));
            assertRefused(damaged, "event " + row.seq());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,foundation_release",
        "0,policy",
        "0,subjects",
        "0,subjects/0",
        "1,subject",
        "1,revision",
        "1,digest",
        "1,config_blob",
        "1,weights_blob",
        "1,trained_on",
        "2,version",
        "2,checkpoint_hash",
        "2,foundation_release",
        "2,foundation_hash",
        "2,variants",
        "2,variants/数学",
        "4,version",
        "4,checkpoint_hash",
        "4,foundation_release",
        "4,foundation_hash",
        "4,variants",
        "4,variants/lesen",
        "4,variants/lesen/content_hash"
    })
    @DisplayName("when a field that the state rests on is missing or of another kind")
    void field(int index, String path) {
        EventRow row = log.get(index);
        List<JsonNode> damages = new ArrayList<>(List.of(
                JSON.booleanNode(true),
                JSON.numberNode(0),
                JSON.numberNode(1L + (1L << 32)),
                JSON.numberNode(1.5),
                JSON.arrayNode().add(7),
                JSON.objectNode().put("a", 7)));
        if (!path.equals("variants/数学") && !path.equals("variants/lesen")) {
            damages.add(JSON.missingNode());
        }
        if (!path.equals("trained_on")) {
            damages.add(JSON.nullNode());
        }
        if (!Stream.of("foundation_release", "policy", "subject", "subjects/0").anyMatch(path::equals)) {
            damages.add(JSON.textNode("1"));
        }
        for (JsonNode damage : damages) {
            String payload = altered(row.payload(), path, damage);
            List<EventRow> damaged = new ArrayList<>(log);
            damaged.set(index, new EventRow(row.seq(), row.type(), row.typeVersion(), payload, row.at()));
            assertRefused(damaged, "event " + row.seq() + " (" + row.type() + ")");
        }
    }

    @ParameterizedTest
    @CsvSource({"1,revision,2", "5,revision,1", "5,revision,3", "2,version,2", "4,version,1", "4,version,3"})
    @DisplayName("when revisions or versions do not follow on each other")
    void count(int index, String field, int number) {
        EventRow row = log.get(index);
        String payload = altered(row.payload(), field, JSON.numberNode(number));
        log.set(index, new EventRow(row.seq(), row.type(), row.typeVersion(), payload, row.at()));
        assertRefused(log, "event " + row.seq() + " (" + row.type() + ") cannot be read: " + field + " " + number);
    }

    @ParameterizedTest
    @CsvSource({
        "12,2,2",
        "12,1,0",
        "12,1,4",
        "12,1,5",
        "12,0,2",
        "12,-1,2",
        "12,1,4294967298",
        "15,1,3",
        "15,2,3",
        "15,4,4",
        "15,3,5",
        "15,3,6"
    })
    @DisplayName("when versions expire that are not there, not the oldest, or the newest")
    void expired(int index, long first, long last) {
        List<EventRow> expired = new ArrayList<>(GoldenLog.expired());
        EventRow row = expired.get(index);
        String payload = altered(row.payload(), "first_version", JSON.numberNode(first));
        payload = altered(payload, "last_version", JSON.numberNode(last));
        expired.set(index, new EventRow(row.seq(), row.type(), 1, payload, row.at()));
        assertRefused(expired, "event " + row.seq() + " (CHECKPOINTS_EXPIRED) cannot be read: ");
    }

    @Test
    @DisplayName("when it is not said whether a legal hold began or ended")
    void held() {
        List<EventRow> held = new ArrayList<>(GoldenLog.expired());
        EventRow row = held.get(10);
        for (JsonNode value : List.of(JSON.textNode("true"), JSON.numberNode(1), JSON.nullNode(), JSON.missingNode())) {
            held.set(10, new EventRow(11, row.type(), 1, altered(row.payload(), "held", value), row.at()));
            assertRefused(held, "event 11 (LEGAL_HOLD_CHANGED) cannot be read: held must be true or false");
        }
    }

    @Test
    @DisplayName("when a variant's name is not text that could have been written")
    void name() {
        EventRow row = log.get(2);
        String payload = row.payload().replace("\"数学\"", "\"\\ud800\"");
        log.set(2, new EventRow(3, row.type(), 1, payload, row.at()));
        assertRefused(log.subList(0, 3), "event 3 (MERGE_COMPLETED)");
    }

    private static void assertRefused(List<EventRow> events, String message) {
        assertThatThrownBy(() -> NamespaceHistory.EMPTY.after(events))
                .as(events.toString())
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message);
    }

    private static String altered(String payload, String path, JsonNode value) {
        ObjectNode json =
                StrictJson.object(payload.getBytes(StandardCharsets.UTF_8), "payload", ErrorCode.CORRUPT_DATA);
        int slash = path.lastIndexOf('/');
        JsonNode parent = slash < 0 ? json : json.at("/" + path.substring(0, slash));
        String field = path.substring(slash + 1);
        assertThat(parent.isObject() ? parent.has(field) : parent.has(0)).isTrue();
        if (parent instanceof ObjectNode object) {
            object.remove(field);
            if (!value.isMissingNode()) {
                object.set(field, value);
            }
        } else {
            json.withArray("subjects").set(0, value.isMissingNode() ? JSON.nullNode() : value);
        }
        return json.toString().contains("1.5") ? json.toString() : CanonicalJson.text(json);
    }
}
