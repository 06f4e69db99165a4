/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.privatefm.spi.bus.DeadLetter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A dead letter as an entry of their stream. Its field {@code fields} holds the original entry's names and values in turn, as a JSON
 * list: text as a string, other bytes as {@code {"base64": …}}.
 */
final class LetterFields {
    private static final JsonFactory JSON = new JsonFactory();

    private LetterFields() {}

    static Object[] of(StreamEntry entry, DeadLetter letter, long deliveries) {
        return new Object[] {
            "topic", letter.topic(),
            "group", letter.group(),
            "message_id", letter.messageId(),
            "entry_id", entry.id(),
            "reason", letter.reason(),
            "detail", letter.detail(),
            "deliveries", deliveries,
            "fields", written(entry.body())
        };
    }

    private static String written(List<byte[]> body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (byte[] part : body) {
                try {
                    json.writeString(StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(part))
                            .toString());
                } catch (CharacterCodingException e) {
                    json.writeStartObject();
                    json.writeStringField("base64", Base64.getEncoder().encodeToString(part));
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** The original names and values; none if they were lost. */
    static List<byte[]> original(Reply letter) {
        Reply fields = letter.named("fields");
        return fields.isNothing() ? List.of() : read(fields.text());
    }

    private static List<byte[]> read(String fields) {
        List<byte[]> body = new ArrayList<>();
        try (JsonParser json = JSON.createParser(fields)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_STRING) {
                    String text = json.getText();
                    body.add(
                            "base64".equals(json.currentName())
                                    ? Base64.getDecoder().decode(text)
                                    : text.getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // not written by this bus
            return List.of();
        }
        return body;
    }

    static KeptLetter kept(Reply entry) {
        String id = entry.list().get(0).text();
        Reply fields = entry.list().get(1);
        List<byte[]> original = original(fields);
        return new KeptLetter(
                id,
                new DeadLetter(
                        text(fields, "topic"),
                        text(fields, "group"),
                        text(fields, "message_id"),
                        reason(text(fields, "reason")),
                        text(fields, "detail")),
                fields.named("deliveries").isNothing()
                        ? 0
                        : fields.named("deliveries").number(),
                Instant.ofEpochMilli(Ids.milliseconds(id)),
                original.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new String(original.get(original.size() - 1), StandardCharsets.UTF_8)));
    }

    private static String text(Reply fields, String name) {
        return fields.named(name).isNothing() ? "" : fields.named(name).text();
    }

    private static DeadLetter.Reason reason(String name) {
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return DeadLetter.Reason.UNREADABLE;
    }
}
