/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a stored key; the key itself is not.
 *
 * @param id its public part, and the id of the principal that has it
 * @param label what it is for, in its maker's words
 * @param expiresAt from when on it is worth nothing; empty if never
 * @param replaces the key that it was made to replace
 */
public record StoredKey(
        String id,
        Set<Scope> scopes,
        String label,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt,
        Optional<String> replaces) {
    /** Whether a key opens anything. */
    public enum State {
        LIVE,
        EXPIRED,
        REVOKED
    }

    public StoredKey {
        scopes = Set.copyOf(scopes);
    }

    /** Whether it opens anything now. */
    public State state(Instant now) {
        if (revokedAt.isPresent()) {
            return State.REVOKED;
        }
        return expiresAt.isPresent() && !now.isBefore(expiresAt.get()) ? State.EXPIRED : State.LIVE;
    }
}
