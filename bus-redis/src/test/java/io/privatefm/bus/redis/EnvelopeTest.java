/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The envelope")
class EnvelopeTest {
    private static final String TOPIC = "PRIVATE_BRAIN_READY";
    private static final BusMessage FULL = new BusMessage(
            "id-1",
            TOPIC,
            "learner-1",
            "{\"a\": [1, 2.50, null],\n\"b\":{\"c\":\"\"}}",
            Optional.of(Instant.parse("2026-01-02T03:04:05.678901Z")),
            Optional.of("correlation ö \"1\""));

    private final Envelope envelope = new Envelope("/private-fm");
    private final JsonFormat sdk = new JsonFormat();

    private static StreamEntry entry(String... body) {
        List<byte[]> parts = new ArrayList<>();
        for (String part : body) {
            parts.add(part.getBytes(StandardCharsets.UTF_8));
        }
        return new StreamEntry("1-1", parts);
    }

    private BusMessage read(String value) {
        assertThat(envelope.read(TOPIC, entry("event", value))).isInstanceOf(Reading.Read.class);
        return ((Reading.Read) envelope.read(TOPIC, entry("event", value))).message();
    }

    private Reading.Unread unread(StreamEntry entry) {
        assertThat(envelope.read(TOPIC, entry)).isInstanceOf(Reading.Unread.class);
        return (Reading.Unread) envelope.read(TOPIC, entry);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Nested
    @DisplayName("is a CloudEvent:")
    class CloudEvents {
        @Test
        @DisplayName("the project's own reader finds in it what was written")
        void writtenForOthers() {
            CloudEvent event = sdk.deserialize(envelope.write(FULL));

            assertThat(event.getSpecVersion()).hasToString("1.0");
            assertThat(event.getId()).isEqualTo("id-1");
            assertThat(event.getSource()).isEqualTo(URI.create("/private-fm"));
            assertThat(event.getType()).isEqualTo(TOPIC);
            assertThat(event.getSubject()).isEqualTo("learner-1");
            assertThat(event.getTime()).isEqualTo(OffsetDateTime.parse("2026-01-02T03:04:05.678901Z"));
            assertThat(event.getExtension("correlationid")).isEqualTo("correlation ö \"1\"");
            assertThat(event.getDataContentType()).isEqualTo("application/json");
            assertThat(text(Objects.requireNonNull(event.getData()).toBytes()))
                    // it writes numbers anew
                    .isEqualTo("{\"a\":[1,2.5,null],\"b\":{\"c\":\"\"}}");
        }

        @Test
        @DisplayName("what the project's own writer wrote is read, with its source before its id")
        void writtenByOthers() {
            CloudEvent event = CloudEventBuilder.v1()
                    .withId("7")
                    .withSource(URI.create("https://brains.example/ready"))
                    .withType(TOPIC)
                    .withSubject("learner-1")
                    .withTime(OffsetDateTime.parse("2026-01-02T05:04:05.678901234+02:00"))
                    .withExtension("correlationid", "c-1")
                    .withExtension("other", 3)
                    .withData("application/json", "{\"learner_id\":\"x\"}".getBytes(StandardCharsets.UTF_8))
                    .build();

            assertThat(read(text(sdk.serialize(event))))
                    .isEqualTo(new BusMessage(
                            "https://brains.example/ready 7",
                            TOPIC,
                            "learner-1",
                            "{\"learner_id\":\"x\"}",
                            Optional.of(Instant.parse("2026-01-02T03:04:05.678901Z")),
                            Optional.of("c-1")));
        }

        @Test
        @DisplayName(
                "without a subject its key is looked for in the data, and so is the correlation; data may be base64, or absent")
        void lessOfIt() {
            CloudEventBuilder event = CloudEventBuilder.v1()
                    .withId("7")
                    .withSource(URI.create("brains"))
                    .withType(TOPIC);
            byte[] data =
                    "{\"learner_id\":\"l\",\"ns_uid\":\"n\",\"correlation_id\":\"c\"}".getBytes(StandardCharsets.UTF_8);

            BusMessage read = new BusMessage("brains 7", TOPIC, "l", text(data), Optional.empty(), Optional.of("c"));
            assertThat(read(text(sdk.serialize(
                            event.withData("application/json", data).build()))))
                    .isEqualTo(read);
            assertThat(read(text(sdk.serialize(
                            event.withData("application/octet-stream", data).build()))))
                    .isEqualTo(read);
            assertThat(read(text(sdk.serialize(event.withoutData().build()))))
                    .isEqualTo(new BusMessage("brains 7", TOPIC, "", "{}"));
        }
    }

    @Test
    @DisplayName("reads what it wrote, payloads to the letter")
    void roundTrip() {
        for (BusMessage message : List.of(
                FULL,
                new BusMessage("1", TOPIC, "", "{\"learner_id\":\"x\",\"correlation_id\":\"y\"}"),
                new BusMessage(
                        " id: ö\n2",
                        TOPIC,
                        "Schlüssel 鍵 🗝",
                        "{ \"text\" :\"\\ud83d Ä🗝\", \"n\":1E400 ,\"n\":-0.0}\n".strip()))) {
            if (message.payload().contains("\"n\":-0.0")) {
                // a name twice is refused
                assertThatThrownBy(() -> envelope.write(message)).isInstanceOf(InvalidInputException.class);
            } else {
                assertThat(read(text(envelope.write(message)))).isEqualTo(message);
            }
        }
    }

    @Test
    @DisplayName("reads what it wrote, whatever that is, and so does the project's own reader")
    void randomRoundTrips() {
        long seed = Long.getLong("pfm.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            BusMessage message = randomMessage(random);
            byte[] written = envelope.write(message);
            assertThat(read(text(written))).as("-Dpfm.seed=%s", seed).isEqualTo(message);
            CloudEvent event = sdk.deserialize(written);
            assertThat(event.getId()).as("-Dpfm.seed=%s", seed).isEqualTo(message.id());
            assertThat(Optional.ofNullable(event.getSubject()).orElse(""))
                    .as("-Dpfm.seed=%s", seed)
                    .isEqualTo(message.key());
        }
    }

    private static BusMessage randomMessage(Random random) {
        return new BusMessage(
                "i" + randomText(random),
                TOPIC,
                randomText(random),
                randomObject(random, 0),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochSecond(
                                random.nextLong(0, 253_402_300_800L), random.nextInt(1_000_000) * 1000L)),
                random.nextBoolean() ? Optional.empty() : Optional.of("c" + randomText(random)));
    }

    private static String randomText(Random random) {
        int[] points = random.ints(random.nextInt(12), 0, 0x2FFFF)
                .map(point -> random.nextBoolean() ? point % 128 : point)
                .filter(point -> point < 0xD800 || point > 0xDFFF)
                .toArray();
        return new String(points, 0, points.length);
    }

    private static String randomObject(Random random, int depth) {
        StringBuilder json = new StringBuilder("{").append(space(random));
        int members = random.nextInt(4);
        for (int i = 0; i < members; i++) {
            json.append(i == 0 ? "" : ",").append(space(random));
            json.append("\"m").append(i).append('"').append(space(random)).append(':');
            json.append(space(random)).append(randomValue(random, depth)).append(space(random));
        }
        return json.append('}').toString();
    }

    private static String randomValue(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 5 : 7)) {
            case 0 -> "null";
            case 1 -> String.valueOf(random.nextBoolean());
            case 2 -> String.valueOf(random.nextLong());
            case 3 -> "-0.0" + random.nextInt(100) + "E+0" + random.nextInt(9);
            case 4 -> "\"\\u00e4 \\\\ \\\" }] " + "ö🗝".repeat(random.nextInt(3)) + "\"";
            case 5 -> "[" + randomValue(random, depth + 1) + "," + randomValue(random, depth + 1) + "]";
            default -> randomObject(random, depth + 1);
        };
    }

    private static String space(Random random) {
        return " \n\t\r".substring(0, random.nextInt(5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "1",
                "null",
                "{} {}",
                "{\"a\":1,}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":NaN}",
                "{\"a\":\"\ud83d\"}"
            })
    @DisplayName("is not made of what is no JSON object")
    void payloadRefused(String payload) {
        assertThatThrownBy(() -> envelope.write(new BusMessage("1", TOPIC, "", payload)))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    @DisplayName("is not made longer than it may be, and not of deep nesting")
    void sizeRefused() {
        String most = "{\"a\":\"" + "x".repeat(Envelope.MAX_BYTES) + "\"}";
        assertThatThrownBy(() -> envelope.write(new BusMessage("1", TOPIC, "", most)))
                .hasMessageContaining("longer than 1048576 bytes");
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> envelope.write(new BusMessage("1", TOPIC, "", deep)))
                .isInstanceOf(InvalidInputException.class);
    }

    @Nested
    @DisplayName("of a plain producer is the payload itself:")
    class Bare {
        @Test
        @DisplayName("its id is that of the event or of its bytes, its key that of the learner")
        void bare() {
            String first =
                    "{\"event\":\"PRIVATE_BRAIN_READY\",\"learner_id\":\"l-1\",\"subjects\":[\"MATH\"],\"correlation_id\":\"c\"}";
            assertThat(read(" " + first + "\n").payload()).isEqualTo(first);
            assertThat(read(first))
                    .isEqualTo(new BusMessage(
                            "sha256:" + sha256(first), TOPIC, "l-1", first, Optional.empty(), Optional.of("c")));

            String second =
                    "{\"event\":\"PRIVATE_BRAIN_READY\",\"event_id\":\"e\",\"ns_uid\":\"n\",\"at\":\"2026-01-02T03:04:05Z\"}";
            assertThat(read(second))
                    .isEqualTo(new BusMessage(
                            "e",
                            TOPIC,
                            "n",
                            second,
                            Optional.of(Instant.parse("2026-01-02T03:04:05Z")),
                            Optional.empty()));

            assertThat(read("{\"event\":\"PRIVATE_BRAIN_READY\",\"at\":\"yesterday\",\"time\":17}")
                            .time())
                    .isEmpty();
        }

        private String sha256(String text) {
            try {
                return java.util.HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(text.getBytes(StandardCharsets.UTF_8)));
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Test
        @DisplayName("the value of the only field, or of the one called event")
        void fields() {
            String value = "{\"event\":\"PRIVATE_BRAIN_READY\",\"event_id\":\"e\"}";
            assertThat(envelope.read(TOPIC, entry("whatever", value))).isInstanceOf(Reading.Read.class);
            assertThat(envelope.read(TOPIC, entry("a", "b", "event", value))).isInstanceOf(Reading.Read.class);
            assertThat(unread(entry("a", value, "b", value)).reason()).isEqualTo(DeadLetter.Reason.UNREADABLE);
            assertThat(unread(entry("event", value, "event", value)).reason()).isEqualTo(DeadLetter.Reason.UNREADABLE);
            assertThat(unread(entry("event", TOPIC, "learner_id", "x")).reason())
                    .isEqualTo(DeadLetter.Reason.UNREADABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "[]",
                "{\"secret\":1}",
                "{\"event\":\"OTHER\"}",
                "{\"event\":7}",
                "{\"specversion\":\"1.0\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"OTHER\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"PRIVATE_BRAIN_READY\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/private-fm\",\"type\":\"PRIVATE_BRAIN_READY\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":1,\"source\":\"s\",\"type\":\"PRIVATE_BRAIN_READY\",\"data\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"PRIVATE_BRAIN_READY\",\"data\":[]}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"PRIVATE_BRAIN_READY\",\"data\":\"secret\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"PRIVATE_BRAIN_READY\",\"data_base64\":\"%\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"PRIVATE_BRAIN_READY\",\"time\":\"secret\"}",
            })
    @DisplayName("that is no message is unreadable, in one line that quotes nothing")
    void unreadable(String value) {
        Reading.Unread unread = unread(entry("event", value));

        assertThat(unread.reason()).isEqualTo(DeadLetter.Reason.UNREADABLE);
        assertThat(unread.detail()).hasLineCount(1).doesNotContain("secret");
    }

    @Test
    @DisplayName("that is too long, too deep or not UTF-8 is unreadable")
    void hostile() {
        String deep = "{\"event\":" + "[".repeat(100_000) + "}";
        assertThat(unread(entry("event", deep)).reason()).isEqualTo(DeadLetter.Reason.UNREADABLE);
        assertThat(unread(entry("event", "{" + " ".repeat(Envelope.MAX_BYTES) + "}"))
                        .detail())
                .isEqualTo("it has 1048578 bytes; 1048576 are the most");
        assertThat(unread(new StreamEntry("1-1", List.of(new byte[] {'e'}, new byte[] {'{', -1, '}'})))
                        .reason())
                .isEqualTo(DeadLetter.Reason.UNREADABLE);
        assertThat(unread(new StreamEntry("1-1", List.of())).reason()).isEqualTo(DeadLetter.Reason.UNREADABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"0.3\"", "\"1.1\"", "\"1.0.2\"", "1.0", "{}"})
    @DisplayName("of another version is of an unknown one, whatever else it says")
    void unknownVersion(String version) {
        Reading.Unread unread =
                unread(entry("event", "{\"id\":\"7\",\"source\":\"s\",\"specversion\":" + version + "}"));

        assertThat(unread.reason()).isEqualTo(DeadLetter.Reason.UNKNOWN_VERSION);
        assertThat(unread.id()).isEqualTo("s 7");
    }
}
