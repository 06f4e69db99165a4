/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.journal.Correlation;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.bus.BusMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A message as it came over the bus, its payload a JSON object of a version that is known. Fields are read one by one; an error names the
 * field. A field that is {@code null} is as good as absent, and those that nobody asks for are passed over.
 */
public final class IncomingMessage {
    private static final int VERSION = 1;
    private static final int LAST_YEAR = 9999;

    private final BusMessage message;
    private final ObjectNode payload;

    private IncomingMessage(BusMessage message, ObjectNode payload) {
        this.message = message;
        this.payload = payload;
    }

    /**
     * Reads a message.
     *
     * @throws InvalidInputException if its payload is not one JSON object
     * @throws UnknownFormatException if that has a {@code version} that this release does not know
     */
    public static IncomingMessage read(BusMessage message) {
        ObjectNode payload = StrictJson.object(
                message.payload().getBytes(StandardCharsets.UTF_8), where(message), ErrorCode.INVALID_ARGUMENT);
        IncomingMessage read = new IncomingMessage(message, payload);
        read.find("version").ifPresent(version -> read.requireKnown(version));
        return read;
    }

    private void requireKnown(JsonNode version) {
        if (!version.isIntegralNumber()) {
            throw malformed("version", "must be a whole number");
        }
        if (!version.canConvertToInt() || version.intValue() != VERSION) {
            throw new UnknownFormatException(message.topic() + " has version " + version.asText()
                    + ", this release knows version " + VERSION + "; a later one may know it");
        }
    }

    /** What is noted of a message for good: its id may hold the learner's, which nothing may keep after a deletion. */
    static String digest(String messageId) {
        return Sha256.of(MerkleTree.sha256().digest(messageId.getBytes(StandardCharsets.UTF_8)))
                .hex();
    }

    /** A digest of its id, for records and logs. */
    public String digest() {
        return digest(message.id());
    }

    /** When it happened, if its producer says so. */
    Optional<Instant> time() {
        return message.time();
    }

    /** What it belongs to in the producer's records, if it says so: in the envelope, else in the payload. */
    public Optional<String> correlationId() {
        return message.correlationId()
                .or(() -> find(Correlation.FIELD).filter(JsonNode::isTextual).map(JsonNode::textValue));
    }

    /**
     * A field that must be there.
     *
     * @param reader what refuses it throws an {@link InvalidInputException} that need not name it
     */
    <T> T required(String field, Function<String, T> reader) {
        return optional(field, reader).orElseThrow(() -> malformed(field, "is missing"));
    }

    /** A field that may be there. */
    <T> Optional<T> optional(String field, Function<String, T> reader) {
        return find(field).map(value -> value(field, value, reader));
    }

    /** A list that must be there. */
    <T> List<T> list(String field, Function<String, T> reader) {
        JsonNode list = find(field).orElseThrow(() -> malformed(field, "is missing"));
        if (!list.isArray()) {
            throw malformed(field, "must be a list");
        }
        List<T> values = new ArrayList<>();
        list.forEach(value -> values.add(value(field, value, reader)));
        return values;
    }

    private <T> T value(String field, JsonNode value, Function<String, T> reader) {
        if (!value.isTextual()) {
            throw malformed(field, "must be text");
        }
        try {
            return reader.apply(value.textValue());
        } catch (InvalidInputException e) {
            throw malformed(field, String.valueOf(e.getMessage()));
        }
    }

    private Optional<JsonNode> find(String field) {
        return Optional.ofNullable(payload.get(field)).filter(value -> !value.isNull());
    }

    private InvalidInputException malformed(String field, String reason) {
        return new InvalidInputException(ErrorCode.INVALID_ARGUMENT, where(message), field, reason);
    }

    private static String where(BusMessage message) {
        return "message " + message.id();
    }

    /** Reads text that is not empty, nor longer than this. */
    static Function<String, String> text(int longest) {
        return text -> {
            if (text.isBlank() || text.length() > longest) {
                throw new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT, "must be text of 1 to " + longest + " characters");
            }
            return text;
        };
    }

    /** Reads a time as RFC 3339 writes it, to the microsecond. */
    static Instant time(String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            if (time.getYear() >= 0 && time.getYear() <= LAST_YEAR) {
                return time.toInstant().truncatedTo(ChronoUnit.MICROS);
            }
        } catch (DateTimeParseException e) {
            throw noTime();
        }
        throw noTime();
    }

    private static InvalidInputException noTime() {
        return new InvalidInputException(
                ErrorCode.INVALID_ARGUMENT, "must be a time as in RFC 3339, such as 2026-03-01T02:00:00Z");
    }
}
