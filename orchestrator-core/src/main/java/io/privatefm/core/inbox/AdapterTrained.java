/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import java.time.Instant;
import java.util.Optional;

/**
 * An {@code ADAPTER_TRAINED} message: a trainer has left a finished adapter in the adapter store.
 *
 * @param uri what that store calls it
 * @param weights SHA-256 of the bytes of {@code adapter_model.safetensors}
 * @param config SHA-256 of the bytes of {@code adapter_config.json}, if it is said
 * @param trainedOn content hash of the foundation that it was trained on, if it is said
 * @param trainedAt when it was finished, else when the message was written, if either is said
 */
public record AdapterTrained(
        LearnerId learner,
        Subject subject,
        String uri,
        Sha256 weights,
        Optional<Sha256> config,
        Optional<Sha256> trainedOn,
        Optional<Instant> trainedAt) {
    /** Topic of these messages. */
    public static final String TOPIC = "ADAPTER_TRAINED";

    private static final int LONGEST_URI = 4096;

    /**
     * Reads the payload {@code {"learner_id": …, "subject": …, "uri": …, "sha256": …, …}}.
     *
     * @throws InvalidInputException if a field is missing or malformed
     */
    public static AdapterTrained read(IncomingMessage message) {
        return new AdapterTrained(
                message.required("learner_id", LearnerId::of),
                message.required("subject", Subject::of),
                message.required("uri", IncomingMessage.text(LONGEST_URI)),
                message.required("sha256", Sha256::parse),
                message.optional("config_sha256", Sha256::parse),
                message.optional("trained_on", Sha256::parse),
                message.optional("trained_at", IncomingMessage::time).or(message::time));
    }
}
