/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.note.VerifierKey;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.security.PublicKey;

/**
 * Name and public key of who publishes foundation releases, pinned by who imports them.
 *
 * @param name one line without spaces or plus signs
 * @param key an Ed25519 public key
 */
public record PublisherKey(String name, PublicKey key) {
    public PublisherKey {
        if (!VerifierKey.isName(name)) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "a publisher needs a name without spaces, line ends and plus signs");
        }
    }

    /** As one line of text: a verifier key of {@code c2sp.org/signed-note}. */
    public String text() {
        return VerifierKey.write(name, key);
    }

    /**
     * Reads what {@link #text()} gave.
     *
     * @throws InvalidInputException if it is not that
     */
    public static PublisherKey parse(String text) {
        VerifierKey read = VerifierKey.read(text.strip(), "a publisher's verifier key");
        return new PublisherKey(read.name(), read.key());
    }

    VerifierKey verifier() {
        return new VerifierKey(name, key);
    }
}
