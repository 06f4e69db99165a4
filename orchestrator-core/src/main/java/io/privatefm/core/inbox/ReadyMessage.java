/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import java.util.List;

/** A {@code PRIVATE_BRAIN_READY} message: a learner's namespace is to be made. */
public record ReadyMessage(LearnerId learner, List<Subject> subjects) {
    /** Topic of these messages. */
    public static final String TOPIC = "PRIVATE_BRAIN_READY";

    public ReadyMessage {
        subjects = List.copyOf(subjects);
    }

    /**
     * Reads the payload {@code {"learner_id": …, "subjects": […], …}}.
     *
     * @throws InvalidInputException if a field is missing or malformed
     */
    public static ReadyMessage read(IncomingMessage message) {
        return new ReadyMessage(message.required("learner_id", LearnerId::of), message.list("subjects", Subject::of));
    }
}
