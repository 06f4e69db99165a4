/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.AuditRow;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The leaf hash of an audit entry")
class AuditLeafTest {
    private static final Sha256 PREVIOUS =
            Sha256.parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final Instant AT = Instant.parse("2026-03-01T02:00:00.000001Z");

    private static final AuditRow ENTRY = AuditLeaf.seal(
            "ns:0f", 258, PREVIOUS, "engine", "CHECKPOINT_PUBLISHED", "DONE", "op-1", "{\"s\":\"数\"}", AT);

    private static AuditRow with(String chain, long seq, Sha256 previous, Instant at, List<String> texts) {
        return new AuditRow(
                chain,
                seq,
                previous,
                PREVIOUS,
                texts.get(0),
                texts.get(1),
                texts.get(2),
                texts.get(3),
                texts.get(4),
                at);
    }

    @Test
    @DisplayName("is SHA-256 of a zero byte and all fields, each behind its length")
    void knownAnswer() throws GeneralSecurityException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(0x00); // RFC 6962: a leaf
        hex(bytes, "0000000b");
        ascii(bytes, "pfm-audit-1");
        hex(bytes, "00000005");
        ascii(bytes, "ns:0f");
        hex(bytes, "00000008 0000000000000102"); // number 258 of its chain
        hex(bytes, "00000020 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        hex(bytes, "00000008 00064becd3eaa801"); // microseconds since 1970
        hex(bytes, "00000006");
        ascii(bytes, "engine");
        hex(bytes, "00000014");
        ascii(bytes, "CHECKPOINT_PUBLISHED");
        hex(bytes, "00000004");
        ascii(bytes, "DONE");
        hex(bytes, "00000004");
        ascii(bytes, "op-1");
        hex(bytes, "0000000b 7b2273223a22 e695b0 227d"); // {"s":"数"}

        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
        assertThat(AuditLeaf.hash(ENTRY)).isEqualTo(Sha256.of(digest));
        assertThat(AuditLeaf.hash(ENTRY).hex())
                .isEqualTo("1e6cab72524abf8d98cdf791c010a43e6f1e2150c55fecc821619cb1b527c15d");
    }

    @Test
    @DisplayName("is what a sealed entry has, and does not enter itself")
    void sealed() {
        assertThat(ENTRY.leaf()).isEqualTo(AuditLeaf.hash(ENTRY));
        AuditRow bare = new AuditRow(
                ENTRY.chain(),
                ENTRY.seq(),
                ENTRY.previous(),
                PREVIOUS,
                ENTRY.actor(),
                ENTRY.action(),
                ENTRY.outcome(),
                ENTRY.operationId(),
                ENTRY.details(),
                ENTRY.at());
        assertThat(AuditLeaf.hash(bare)).isEqualTo(ENTRY.leaf());
    }

    static Stream<AuditRow> changed() {
        List<String> texts = List.of("engine", "CHECKPOINT_PUBLISHED", "DONE", "op-1", "{\"s\":\"数\"}");
        Stream<AuditRow> others = Stream.of(
                with("ns:0e", 258, PREVIOUS, AT, texts),
                with("ns:0f ", 258, PREVIOUS, AT, texts),
                with("ns:0f", 259, PREVIOUS, AT, texts),
                with("ns:0f", -258, PREVIOUS, AT, texts),
                with("ns:0f", 258L << 32, PREVIOUS, AT, texts),
                with("ns:0f", 258, new Sha256(0, 0, 0, 0), AT, texts),
                with("ns:0f", 258, PREVIOUS, AT.plusNanos(1_000), texts),
                with("ns:0f", 258, PREVIOUS, AT.minusNanos(1_000), texts),
                with("ns:0f", 258, PREVIOUS, Instant.EPOCH, texts),
                with("ns:0f", 258, PREVIOUS, Instant.EPOCH.minusNanos(1_000), texts));
        Stream<AuditRow> edits = Stream.of(0, 1, 2, 3, 4)
                .flatMap(field -> Stream.of("", "?", "\u0000", "engine ", "\uD83D\uDE00")
                        .map(text -> {
                            String[] edited = texts.toArray(String[]::new);
                            edited[field] = text;
                            return with("ns:0f", 258, PREVIOUS, AT, Arrays.asList(edited));
                        }));
        return Stream.concat(others, edits);
    }

    @ParameterizedTest
    @MethodSource("changed")
    @DisplayName("is another one after any change of any field")
    void everyField(AuditRow changed) {
        assertThat(AuditLeaf.hash(changed)).isNotEqualTo(ENTRY.leaf());
    }

    @Test
    @DisplayName("is not the same for any two entries that differ")
    void distinct() {
        Map<Sha256, AuditRow> seen = new HashMap<>();
        changed()
                .forEach(row -> assertThat(seen.put(AuditLeaf.hash(row), row))
                        .as(row.toString())
                        .isNull());
    }

    @Test
    @DisplayName("does not depend on where one field ends and the next begins only")
    void splits() {
        Random random = new Random(TestSeed.of(getClass()));
        Map<Sha256, List<String>> seen = new HashMap<>();
        for (int round = 0; round < 5_000; round++) {
            String all = "aaaaaaaa\u0000\u0000\u0000\u0001".substring(random.nextInt(8));
            int[] cuts = random.ints(4, 0, all.length() + 1).sorted().toArray();
            List<String> texts = List.of(
                    all.substring(0, cuts[0]),
                    all.substring(cuts[0], cuts[1]),
                    all.substring(cuts[1], cuts[2]),
                    all.substring(cuts[2], cuts[3]),
                    all.substring(cuts[3]));
            List<String> same = seen.put(AuditLeaf.hash(with("c", 1, PREVIOUS, AT, texts)), texts);
            assertThat(same == null || same.equals(texts))
                    .as(texts + " and " + same)
                    .isTrue();
        }
        assertThat(seen).hasSizeGreaterThan(1_000);
    }

    @Test
    @DisplayName("is refused where two entries would have the same bytes, or none: broken characters, unbounded times")
    void refused() {
        List<String> broken = List.of("engine", "\uD800", "DONE", "op-1", "{}");
        List<String> sound = List.of("engine", "?", "DONE", "op-1", "{}");
        assertThatThrownBy(() -> AuditLeaf.hash(with("c", 1, PREVIOUS, AT, broken)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AuditLeaf.hash(with("c", 1, PREVIOUS, Instant.MAX, sound)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AuditLeaf.hash(with("c", 1, PREVIOUS, Instant.MIN, sound)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void hex(ByteArrayOutputStream bytes, String digits) {
        bytes.writeBytes(HexFormat.of().parseHex(digits.replace(" ", "")));
    }

    private static void ascii(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
