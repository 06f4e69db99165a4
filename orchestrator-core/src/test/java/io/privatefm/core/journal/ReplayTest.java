/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.AdapterFixture;
import io.privatefm.core.EngineFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.VariantRow;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Replaying the events of a real engine")
class ReplayTest {
    private static final int ALL = 1_000;

    private final EngineFixture engine = new EngineFixture();

    @BeforeEach
    void run() {
        engine.provision(
                new MergePolicy(
                        true,
                        List.of(new CombinedVariant(
                                "both", new TreeMap<>(Map.of(MATH, 0.5f, READING, 1f)), "weighted-sum")),
                        Rounding.SINGLE,
                        Layout.DELTA),
                READING,
                MATH);
        engine.register(MATH, 1);
        engine.merge();
        engine.register(READING, 2);
        engine.register(MATH, 3);
        engine.merge();
        engine.restart(engine.builder());
        Sha256 foundation = checkpoints().get(0).foundationHash();
        engine.orchestrator()
                .adapters()
                .register(ADA, MATH, AdapterFixture.tiny(4).files(), Optional.of(foundation));
        engine.merge();
        engine.foundation.put("r2", ModelFixture.tiny(2).files());
        engine.register(READING, 5);
        engine.merge();
        engine.register(READING, 6);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("gives exactly what the rows say")
    void rows() {
        NamespaceHistory history = NamespaceHistory.EMPTY.after(events(1, ALL));

        assertSame(history, namespace(), adapters(), checkpoints());
        assertThat(history.checkpoints()).hasSize(4);
        assertThat(history.adapters().get(READING).revision()).isEqualTo(3);
        assertThat(history.adapters().get(MATH).trainedOn()).isPresent();
    }

    @Test
    @DisplayName("gives after each event what the rows said then")
    void prefixes() {
        List<EventRow> log = events(1, ALL);
        NamespaceHistory history = NamespaceHistory.EMPTY;
        long version = 0;
        for (EventRow event : log) {
            history = history.after(List.of(event));
            version += event.type().equals("MERGE_COMPLETED") ? 1 : 0;
            List<CheckpointRow> then = checkpoints().subList(0, (int) version);
            assertThat(published(history)).isEqualTo(expected(then));
        }
        assertThat(version).isEqualTo(4);
    }

    @Test
    @DisplayName("gives the same whatever the size of the pages it is read in, and wherever a replay is taken up")
    void pages() {
        Sha256 digest = NamespaceHistory.EMPTY.after(events(1, ALL)).digest();
        for (int page = 1; page <= 12; page++) {
            NamespaceHistory history = NamespaceHistory.EMPTY;
            for (List<EventRow> events = events(1, page);
                    !events.isEmpty();
                    events = events(history.eventHead() + 1, page)) {
                history = history.after(events);
            }
            assertThat(history.digest()).as("pages of " + page).isEqualTo(digest);
        }
    }

    @Test
    @DisplayName("gives the same from merges written as version 1")
    void version1() {
        List<EventRow> old = events(1, ALL).stream().map(ReplayTest::asVersion1).toList();
        assertThat(old).extracting(EventRow::typeVersion).containsOnly(1);

        assertThat(NamespaceHistory.EMPTY.after(old)).isEqualTo(NamespaceHistory.EMPTY.after(events(1, ALL)));
    }

    @Test
    @DisplayName("writes nothing")
    void readsOnly() {
        NamespaceRow before = namespace();
        NamespaceHistory.EMPTY.after(events(1, ALL)).digest();
        assertThat(namespace()).isEqualTo(before);
    }

    private static void assertSame(
            NamespaceHistory history, NamespaceRow row, List<AdapterRow> adapters, List<CheckpointRow> checkpoints) {
        assertThat(history.eventHead()).isEqualTo(row.eventHead());
        assertThat(history.subjects()).isEqualTo(row.subjects());
        assertThat(history.policy()).isEqualTo(row.policy());
        assertThat(history.foundationRelease()).isEqualTo(row.foundationRelease());
        Map<Subject, NamespaceHistory.Registered> registered = adapters.stream()
                .collect(Collectors.toMap(
                        AdapterRow::subject,
                        adapter -> new NamespaceHistory.Registered(
                                adapter.revision(),
                                adapter.digest(),
                                adapter.configBlob(),
                                adapter.weightsBlob(),
                                adapter.trainedOn(),
                                adapter.trainedAt(),
                                adapter.setAside())));
        assertThat(history.adapters()).isEqualTo(registered);
        assertThat(published(history)).isEqualTo(expected(checkpoints));
        assertThat((long) history.checkpoints().lastKey()).isEqualTo(row.checkpointVersion());
    }

    private static Map<Long, NamespaceHistory.Published> published(NamespaceHistory history) {
        return new TreeMap<>(history.checkpoints());
    }

    private static Map<Long, NamespaceHistory.Published> expected(List<CheckpointRow> rows) {
        Map<Long, NamespaceHistory.Published> expected = new TreeMap<>();
        for (CheckpointRow row : rows) {
            Map<String, Sha256> hashes =
                    row.variants().stream().collect(Collectors.toMap(VariantRow::name, VariantRow::contentHash));
            expected.put(
                    row.version(),
                    new NamespaceHistory.Published(
                            row.checkpointHash(),
                            row.foundationRelease(),
                            row.foundationHash(),
                            new TreeMap<>(hashes)));
        }
        return expected;
    }

    private static EventRow asVersion1(EventRow event) {
        if (!event.type().equals("MERGE_COMPLETED")) {
            return event;
        }
        ObjectNode payload =
                StrictJson.object(event.payload().getBytes(StandardCharsets.UTF_8), "event", ErrorCode.CORRUPT_DATA);
        ObjectNode hashes = JsonNodeFactory.instance.objectNode();
        payload.path("variants")
                .properties()
                .forEach(variant ->
                        hashes.set(variant.getKey(), variant.getValue().path("content_hash")));
        payload.remove(List.of("operation_id", "arithmetic"));
        payload.set("variants", hashes);
        return new EventRow(event.seq(), event.type(), 1, CanonicalJson.text(payload), event.at());
    }

    private NamespaceRow namespace() {
        return engine.orchestrator().namespaces().get(ADA);
    }

    private List<AdapterRow> adapters() {
        return engine.orchestrator().adapters().current(ADA);
    }

    /** Oldest first. */
    private List<CheckpointRow> checkpoints() {
        List<CheckpointRow> rows = engine.orchestrator().checkpoints().list(ADA, ALL);
        return rows.stream()
                .sorted((one, other) -> Long.compare(one.version(), other.version()))
                .toList();
    }

    private List<EventRow> events(long from, int limit) {
        return engine.orchestrator().namespaces().events(ADA, from, limit);
    }
}
