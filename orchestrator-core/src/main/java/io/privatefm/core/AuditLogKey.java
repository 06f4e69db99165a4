/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.note.VerifierKey;
import io.privatefm.spi.InvalidInputException;
import java.security.PublicKey;

/**
 * Name and public key of an audit log, to be kept outside the database: who verifies the log trusts these and nothing else.
 *
 * @param origin name of the log, one line without spaces or plus signs
 * @param key an Ed25519 public key
 */
public record AuditLogKey(String origin, PublicKey key) {
    /** As one line of text: a verifier key of {@code c2sp.org/signed-note}. */
    public String text() {
        return VerifierKey.write(origin, key);
    }

    /**
     * Reads what {@link #text()} gave.
     *
     * @throws InvalidInputException if it is not that
     */
    public static AuditLogKey parse(String text) {
        VerifierKey read = VerifierKey.read(text.strip(), "the verifier key of an audit log");
        return new AuditLogKey(read.name(), read.key());
    }
}
