/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.inbox;

import io.privatefm.spi.InvalidInputException;
import java.util.Optional;

/**
 * A {@code FOUNDATION_RELEASED} message: the foundation store has another release.
 *
 * @param release its name, if it is said
 */
public record FoundationReleased(Optional<String> release) {
    /** Topic of these messages. */
    public static final String TOPIC = "FOUNDATION_RELEASED";

    private static final int LONGEST_NAME = 200;

    /**
     * Reads the payload {@code {"release": …}}.
     *
     * @throws InvalidInputException if a field is malformed
     */
    public static FoundationReleased read(IncomingMessage message) {
        return new FoundationReleased(message.optional("release", IncomingMessage.text(LONGEST_NAME)));
    }
}
