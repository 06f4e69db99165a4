/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.EventRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TimeZone;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The history that a namespace's events tell")
class NamespaceHistoryTest {
    /** SHA-256 of the canonical JSON of each golden log's state, computed by another program in another language. */
    private static final String DIGEST_1 = "5b6859ace7c07517206b65f3feb3ab69b22cc0efb2930dd85db8f29fb022cfbf";

    private static final String DIGEST_2 = "e24df75b0fd2351db84bc44aa6fba57eaca6bf00a56dfc77dc4369727cb0f2ff";
    private static final String DIGEST_EXPIRED = "cdaab813c9dc413a272fbbeeebcd23f7f49d7c396138a29165b0b20b9f20380e";
    private static final Sha256 R1 = Sha256.parse("82f3e9c695dc6b8d1b11818d5701919e286de8d47f7c3eb3100c485f79e57828");
    private static final Sha256 R2 = Sha256.parse("db77fd01af957221a4989b64b3770a83a3c56068405b9f0e9408feae57fd17e4");

    @Test
    @DisplayName("is the same as ever for a log whose merges are of version 1")
    void version1() {
        NamespaceHistory history = NamespaceHistory.EMPTY.after(GoldenLog.version1());

        assertThat(history.eventHead()).isEqualTo(6);
        assertThat(history.subjects()).containsExactly(Subject.of("math"), Subject.of("reading"));
        assertThat(history.policy())
                .isEqualTo("{\"combined\":[],\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":true}");
        assertThat(history.foundationRelease()).isEqualTo("r1");
        assertThat(history.adapters()).containsOnlyKeys(Subject.of("math"), Subject.of("reading"));
        assertThat(history.adapters().get(Subject.of("math")).revision()).isEqualTo(2);
        assertThat(history.adapters().get(Subject.of("math")).trainedOn()).isEmpty();
        assertThat(history.adapters().get(Subject.of("reading")).trainedOn()).contains(R1);
        assertThat(history.checkpoints()).containsOnlyKeys(1L, 2L);
        NamespaceHistory.Published second = history.checkpoints().get(2L);
        assertThat(second.checkpointHash())
                .isEqualTo(Sha256.parse("fbddd9cb323e4849bad1ac0b512e35fab508b3c4581e7bee6967b8ceff9c812e"));
        assertThat(second.foundationRelease()).isEqualTo("r1");
        assertThat(second.foundationHash()).isEqualTo(R1);
        assertThat(second.variants()).containsOnlyKeys("math", "reading");
        assertThat(second.variants().get("math"))
                .isEqualTo(Sha256.parse("1652049bf06362c27f5f02b2656d11dea149f41dd60ccd780e219fefb4ca0df7"));
        assertThat(history.digest().hex()).isEqualTo(DIGEST_1);
    }

    @Test
    @DisplayName("is the same as ever for a log that went on with today's versions, on two releases")
    void version2() {
        NamespaceHistory history = NamespaceHistory.EMPTY.after(GoldenLog.version2());

        assertThat(history.eventHead()).isEqualTo(8);
        assertThat(history.foundationRelease()).isEqualTo("r2");
        assertThat(history.adapters().get(Subject.of("lesen")))
                .isEqualTo(new NamespaceHistory.Registered(
                        3,
                        Sha256.parse("f65ecf3bf65ee4b3c823f240d78931b6ad169fc9f1f5ee777aa9048296687650"),
                        Sha256.parse("6f6b650bb77def5c989dd06d59524538312f7c2d618502e5375e14f0661cd8a1"),
                        Sha256.parse("9f4969fe2c452e65d13e5558d1f0f0a969cc0aef1d010048cc73d0084204c9c4"),
                        Optional.of(R2),
                        Optional.empty(),
                        false));
        assertThat(history.checkpoints().get(1L).variants()).containsOnlyKeys("数学");
        assertThat(history.checkpoints().get(3L).variants()).containsOnlyKeys("beides", "lesen", "数学");
        assertThat(history.checkpoints())
                .extractingFromEntries(entry -> entry.getValue().foundationRelease())
                .containsExactly("r1", "r1", "r2");
        assertThat(history.digest().hex()).isEqualTo(DIGEST_2);
    }

    @Test
    @DisplayName("is the same as ever for a log in which checkpoints expired and legal holds began and ended")
    void expired() {
        List<EventRow> log = GoldenLog.expired();
        NamespaceHistory history = NamespaceHistory.EMPTY.after(log);

        assertThat(history.eventHead()).isEqualTo(17);
        assertThat(history.checkpoints()).containsOnlyKeys(4L, 5L);
        assertThat(history.adapters().get(Subject.of("数学")).revision())
                .as("adapters stay")
                .isEqualTo(5);
        assertThat(history.legalHold()).isTrue();
        assertThat(history.digest().hex()).isEqualTo(DIGEST_EXPIRED);
        assertThat(log.stream()
                        .map(event -> NamespaceHistory.EMPTY.after(log.subList(0, (int) event.seq())))
                        .filter(NamespaceHistory::legalHold)
                        .map(NamespaceHistory::eventHead))
                .as("events after which there is a hold")
                .containsExactly(11L, 17L);
        assertThat(NamespaceHistory.EMPTY.after(log.subList(0, 13)).checkpoints())
                .containsOnlyKeys(3L, 4L);
    }

    @ParameterizedTest
    @CsvSource({"tr-TR,Asia/Colombo", "ar-EG-u-nu-arab,Pacific/Apia", "th-TH-u-ca-buddhist-nu-thai,UTC", "hi-IN,EST"})
    @DisplayName("does not depend on where it is read")
    void anywhere(String language, String zone) {
        Locale locale = Locale.getDefault();
        TimeZone timeZone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag(language));
            TimeZone.setDefault(TimeZone.getTimeZone(zone));
            assertThat(NamespaceHistory.EMPTY.after(GoldenLog.version1()).digest())
                    .isEqualTo(Sha256.parse(DIGEST_1));
            assertThat(NamespaceHistory.EMPTY.after(GoldenLog.version2()).digest())
                    .isEqualTo(Sha256.parse(DIGEST_2));
            assertThat(NamespaceHistory.EMPTY.after(GoldenLog.expired()).digest())
                    .isEqualTo(Sha256.parse(DIGEST_EXPIRED));
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(timeZone);
        }
    }

    @Test
    @DisplayName("does not depend on how the log is cut into pages")
    void pages() {
        Random random = new Random(TestSeed.of(getClass()));
        List<EventRow> log = GoldenLog.version2();
        for (int round = 0; round < 200; round++) {
            NamespaceHistory history = NamespaceHistory.EMPTY;
            for (int from = 0; from < log.size(); ) {
                int to = from + random.nextInt(log.size() - from + 1);
                history = history.after(log.subList(from, to));
                from = to;
            }
            assertThat(history.digest().hex()).isEqualTo(DIGEST_2);
        }
    }

    @Test
    @DisplayName("has another digest after each event")
    void digests() {
        List<EventRow> log = GoldenLog.version2();
        List<Sha256> digests = new ArrayList<>();
        for (int size = 0; size <= log.size(); size++) {
            digests.add(NamespaceHistory.EMPTY.after(log.subList(0, size)).digest());
        }
        assertThat(digests).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("does not change when it goes on, nor by its reader")
    void immutable() {
        List<EventRow> log = GoldenLog.version2();
        NamespaceHistory before = NamespaceHistory.EMPTY.after(log.subList(0, 5));
        Sha256 digest = before.digest();
        before.after(log.subList(5, 8));

        assertThat(before.digest()).isEqualTo(digest);
        assertThatThrownBy(() -> before.adapters().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> before.checkpoints().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> before.checkpoints().get(1L).variants().clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> NamespaceHistory.EMPTY
                        .checkpoints()
                        .put(1L, new NamespaceHistory.Published(R1, "r1", R1, new TreeMap<>())))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @DisplayName("of version 1 events is that of the same events in version 2")
    void upcast() {
        List<EventRow> log = new ArrayList<>(GoldenLog.version1());
        EventRow merge = log.get(2);
        String content = NamespaceHistory.EMPTY
                .after(log)
                .checkpoints()
                .get(1L)
                .variants()
                .get("math")
                .hex();
        log.set(
                2,
                new EventRow(
                        3,
                        merge.type(),
                        2,
                        merge.payload()
                                .replace(
                                        "{\"math\":\"" + content + "\"}",
                                        "{\"math\":{\"content_hash\":\"" + content
                                                + "\",\"layout\":\"DELTA\",\"plan_hash\":\"" + content + "\"}}"),
                        merge.at()));
        assertThat(log.get(2).payload()).isNotEqualTo(merge.payload());

        assertThat(NamespaceHistory.EMPTY.after(log).digest().hex()).isEqualTo(DIGEST_1);
    }

    @Test
    @DisplayName("is never a state and never another error when a log was altered anywhere: it is read, or corrupt")
    void fuzz() {
        Random random = new Random(TestSeed.of(getClass()));
        List<List<EventRow>> logs = List.of(GoldenLog.version1(), GoldenLog.version2(), GoldenLog.expired());
        int corrupt = 0;
        for (int round = 0; round < 5_000; round++) {
            List<EventRow> log = new ArrayList<>(logs.get(random.nextInt(logs.size())));
            int index = random.nextInt(log.size());
            EventRow row = log.get(index);
            StringBuilder payload = new StringBuilder(row.payload());
            int at = random.nextInt(payload.length());
            switch (random.nextInt(3)) {
                case 0 -> payload.setCharAt(at, "{}[]\",:0-\\u\uD800x".charAt(random.nextInt(13)));
                case 1 -> payload.deleteCharAt(at);
                default -> payload.setLength(at);
            }
            log.set(index, new EventRow(row.seq(), row.type(), row.typeVersion(), payload.toString(), row.at()));
            try {
                NamespaceHistory.EMPTY.after(log).digest();
            } catch (CorruptDataException e) {
                assertThat(e).hasMessageContaining("event ");
                corrupt++;
            }
        }
        assertThat(corrupt).isGreaterThan(2_500);
    }
}
