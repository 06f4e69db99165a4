/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.bus.BusMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A {@code PRIVATE_BRAIN_READY} message: a learner's namespace is to be made. */
public record ReadyMessage(LearnerId learner, List<Subject> subjects) {
    /** Topic of these messages. */
    public static final String TOPIC = "PRIVATE_BRAIN_READY";

    public ReadyMessage {
        subjects = List.copyOf(subjects);
    }

    /**
     * Reads the payload {@code {"learner_id": …, "subjects": […], …}}; other fields are passed over.
     *
     * @throws InvalidInputException if a field is missing or malformed
     */
    public static ReadyMessage read(BusMessage message) {
        String where = "message " + message.id();
        ObjectNode json = StrictJson.object(
                message.payload().getBytes(StandardCharsets.UTF_8), where, ErrorCode.INVALID_ARGUMENT);
        JsonNode subjects = json.path("subjects");
        if (!json.path("learner_id").isTextual() || !subjects.isArray()) {
            throw malformed(where);
        }
        List<Subject> names = new ArrayList<>();
        for (JsonNode subject : subjects) {
            if (!subject.isTextual()) {
                throw malformed(where);
            }
            names.add(Subject.of(subject.textValue()));
        }
        return new ReadyMessage(LearnerId.of(json.path("learner_id").textValue()), names);
    }

    private static InvalidInputException malformed(String where) {
        return new InvalidInputException(
                ErrorCode.INVALID_ARGUMENT, where, null, "needs learner_id (text) and subjects (list of text)");
    }
}
