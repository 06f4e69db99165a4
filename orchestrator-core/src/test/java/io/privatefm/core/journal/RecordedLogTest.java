/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.store.EventRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What an event log records for recovery")
class RecordedLogTest {
    private static final Subject MATH = Subject.of("math");
    private static final Subject READING = Subject.of("reading");
    private static final String DIGEST = "bb7460133f4b6c98c61b01d3ea08af52a1c2400c20195d4f8d13a8fad6acce90";

    private final List<EventRow> golden = GoldenLog.recovery();

    @Test
    @DisplayName("is the same as ever for a log with fallbacks of every cause")
    void golden() {
        RecordedLog log = RecordedLog.of(golden);

        assertThat(log.history().digest().hex()).isEqualTo(DIGEST);
        assertThat(log.history().foundationRelease()).isEqualTo("r5");
        assertThat(log.history().adapters().get(MATH).setAside()).isTrue();
        assertThat(log.history().adapters().get(READING).setAside()).isFalse();
        assertThat(log.checkpoints()).containsOnlyKeys(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(log.checkpoints().get(2L).checkpointHash())
                .as("the fallback's checkpoint is the one that was damaged")
                .isEqualTo(log.checkpoints().get(1L).checkpointHash());
        assertThat(log.checkpoints().get(4L).checkpointHash())
                .as("so is the restored one")
                .isEqualTo(log.checkpoints().get(1L).checkpointHash());
        assertThat(log.checkpoints().get(3L).adapters()).isEqualTo(new TreeMap<>(Map.of(MATH, 2, READING, 1)));
        assertThat(log.checkpoints().get(4L).adapters()).isEqualTo(new TreeMap<>(Map.of(MATH, 3, READING, 1)));
        assertThat(log.adapter(MATH, 3).orElseThrow().digest())
                .isEqualTo(log.adapter(MATH, 1).orElseThrow().digest());
        assertThat(log.adapter(MATH, 9)).isEmpty();
        assertThat(log.fallback()).isEmpty();
    }

    @Test
    @DisplayName("says of a log that ends in the middle of a fallback which one it was, and how often it failed")
    void open() {
        assertThat(RecordedLog.of(golden.subList(0, 5)).fallback())
                .get()
                .satisfies(open -> assertThat(open.cause()).isEqualTo(FallbackCause.DAMAGE));
        assertThat(RecordedLog.of(golden.subList(0, 7)).fallback()).isEmpty();
        assertThat(RecordedLog.of(golden.subList(0, 10)).fallback())
                .get()
                .extracting(OpenFallback::cause, OpenFallback::restore)
                .containsExactly(FallbackCause.RESTORE, Optional.of(1L));
        assertThat(RecordedLog.of(golden.subList(0, 22)).fallback())
                .get()
                .extracting(OpenFallback::failures)
                .isEqualTo(2);
        assertThat(RecordedLog.of(golden.subList(0, 23)).fallback())
                .as("given up")
                .isEmpty();
    }

    @Test
    @DisplayName("can be read of every log that a release wrote; where it does not name revisions, the newest went in")
    void earlier() {
        for (List<EventRow> log : List.of(GoldenLog.version1(), GoldenLog.version2(), GoldenLog.expired())) {
            RecordedLog recorded = RecordedLog.of(log);
            assertThat(recorded.checkpoints().keySet())
                    .as("also expired ones")
                    .containsAll(recorded.history().checkpoints().keySet());
            recorded.checkpoints()
                    .values()
                    .forEach(checkpoint -> assertThat(checkpoint.adapters())
                            .allSatisfy((subject, revision) -> assertThat(recorded.adapter(subject, revision))
                                    .isPresent()));
        }
        RecordedLog second = RecordedLog.of(GoldenLog.version2());
        assertThat(second.checkpoints().get(1L).variants().get("数学").adapters()).containsOnlyKeys(Subject.of("数学"));
    }

    @Test
    @DisplayName("cannot be read if a step of a fallback says what no release wrote")
    void damaged() {
        List<EventRow> log = new ArrayList<>(golden);
        EventRow initiated = log.get(4);
        log.set(
                4,
                new EventRow(
                        5, initiated.type(), 1, initiated.payload().replace("\"DAMAGE\"", "\"WHIM\""), initiated.at()));

        assertThatThrownBy(() -> RecordedLog.of(log))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("event 5 (FALLBACK_INITIATED) cannot be read");
    }
}
