/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Messages as <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">CloudEvents 1.0 in JSON</a>, structured mode,
 * in the field {@code event} of an entry. What plain producers send, an object without {@code specversion}, is read too. A payload's
 * text is kept as it is.
 */
final class Envelope {
    /** Entries whose value is longer are unreadable. */
    static final int MAX_BYTES = 1 << 20;

    static final String FIELD = "event";

    private static final byte[] FIELD_BYTES = FIELD.getBytes(StandardCharsets.UTF_8);
    private static final String VERSION = "1.0";
    private static final Instant FIRST_TIME = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant END_OF_TIME = Instant.parse("+10000-01-01T00:00:00Z");
    private static final JsonFactory JSON = new JsonFactory();

    private final String source;

    /** @param source the CloudEvents source of what is written here */
    Envelope(String source) {
        this.source = source;
    }

    /** A message as an entry's value. */
    byte[] write(BusMessage message) {
        if (message.id().isEmpty()) {
            throw invalid(message, "its id is empty");
        }
        if (message.time()
                .filter(time -> time.isBefore(FIRST_TIME) || !time.isBefore(END_OF_TIME))
                .isPresent()) {
            throw invalid(message, "its time has a year of more than four digits");
        }
        JsonText payload;
        try {
            payload = JsonText.object(message.payload());
        } catch (IOException e) {
            throw invalid(message, "its payload is no JSON object");
        }
        byte[] bytes = encoded(message, json(message, payload.text()));
        if (bytes.length > MAX_BYTES) {
            throw invalid(message, "it is longer than " + MAX_BYTES + " bytes");
        }
        return bytes;
    }

    private static InvalidInputException invalid(BusMessage message, String why) {
        return new InvalidInputException(
                ErrorCode.INVALID_ARGUMENT,
                "message " + message.id().lines().findFirst().orElse("") + " cannot be published: " + why);
    }

    private String json(BusMessage message, String payload) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("specversion", VERSION);
            json.writeStringField("id", message.id());
            json.writeStringField("source", source);
            json.writeStringField("type", message.topic());
            if (!message.key().isEmpty()) {
                json.writeStringField("subject", message.key());
            }
            if (message.time().isPresent()) {
                json.writeStringField(
                        "time",
                        message.time().get().truncatedTo(ChronoUnit.MICROS).toString());
            }
            if (message.correlationId().isPresent()) {
                json.writeStringField("correlationid", message.correlationId().get());
            }
            json.writeStringField("datacontenttype", "application/json");
            json.writeFieldName("data");
            json.writeRawValue(payload);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static byte[] encoded(BusMessage message, String text) {
        try {
            ByteBuffer buffer = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw invalid(message, "half of a surrogate pair is no character");
        }
    }

    /** What an entry of a topic's stream says. */
    Reading read(String topic, StreamEntry entry) {
        Optional<byte[]> value = entry.value(FIELD_BYTES);
        if (value.isEmpty()) {
            return unreadable(null, "the entry has neither one field nor one field \"event\" with a JSON object");
        }
        if (value.get().length > MAX_BYTES) {
            return unreadable(null, "it has " + value.get().length + " bytes; " + MAX_BYTES + " are the most");
        }
        JsonText json;
        try {
            json = JsonText.object(text(value.get()));
        } catch (IOException e) {
            return unreadable(null, "it is no JSON object");
        }
        return json.has("specversion") ? cloudEvent(topic, json) : bare(topic, json, value.get());
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static Reading.Unread unreadable(@Nullable String id, String detail) {
        return new Reading.Unread(id, DeadLetter.Reason.UNREADABLE, detail);
    }

    private Reading cloudEvent(String topic, JsonText event) {
        String from = event.string("source");
        String id = event.string("id");
        if (id != null && from != null && !from.equals(source)) {
            id = from + " " + id;
        }
        if (!VERSION.equals(event.string("specversion"))) {
            return new Reading.Unread(
                    id, DeadLetter.Reason.UNKNOWN_VERSION, "it is no CloudEvent of version " + VERSION);
        }
        if (id == null || id.isEmpty() || from == null || from.isEmpty()) {
            return unreadable(id, "it is a CloudEvent without an id or a source");
        }
        if (!topic.equals(event.string("type"))) {
            return unreadable(id, "its type is not " + topic);
        }
        JsonText data;
        try {
            data = data(event);
        } catch (IOException e) {
            return unreadable(id, "its data is no JSON object");
        }
        Optional<Instant> time = time(event, "time");
        if (time.isEmpty() && event.has("time")) {
            return unreadable(id, "its time is no timestamp");
        }
        String key = event.string("subject");
        Optional<String> correlation = Optional.ofNullable(event.string("correlationid"));
        if (!from.equals(source)) {
            key = key == null ? key(data) : key;
            correlation = correlation.or(() -> Optional.ofNullable(data.string("correlation_id")));
        }
        return new Reading.Read(new BusMessage(id, topic, key == null ? "" : key, data.text(), time, correlation));
    }

    private static JsonText data(JsonText event) throws IOException {
        String encoded = event.string("data_base64");
        if (encoded != null && !event.has("data")) {
            try {
                return JsonText.object(text(Base64.getDecoder().decode(encoded)));
            } catch (IllegalArgumentException e) {
                throw new IOException("not base64", e);
            }
        }
        return JsonText.object(event.has("data") ? event.raw("data") : "{}");
    }

    private static Reading bare(String topic, JsonText event, byte[] bytes) {
        String id = event.string("event_id");
        if (!topic.equals(event.string("event"))) {
            return unreadable(id, "its \"event\" is not " + topic);
        }
        if (id == null || id.isEmpty()) {
            id = "sha256:" + sha256(bytes);
        }
        return new Reading.Read(new BusMessage(
                id,
                topic,
                key(event),
                event.text(),
                time(event, "at").or(() -> time(event, "time")),
                Optional.ofNullable(event.string("correlation_id"))));
    }

    private static String key(JsonText data) {
        for (String name : new String[] {"learner_id", "ns_uid"}) {
            String key = data.string(name);
            if (key != null && !key.isEmpty()) {
                return key;
            }
        }
        return "";
    }

    private static Optional<Instant> time(JsonText event, String name) {
        String text = event.string(name);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
