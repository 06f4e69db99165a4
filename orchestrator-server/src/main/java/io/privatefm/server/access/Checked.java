/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.util.Optional;

/**
 * What became of a key that was presented.
 *
 * @param principal whose it is; empty if it opens nothing
 * @param name of the principal for the log, or {@code unknown}; that of a key that was right once is there too
 * @param reason why it opens nothing; for operators
 */
record Checked(Optional<Principal> principal, String name, String reason) {
    static final String UNKNOWN = "unknown";

    static Checked right(Principal principal) {
        return new Checked(Optional.of(principal), principal.id(), "");
    }

    static Checked wrong(String reason) {
        return new Checked(Optional.empty(), UNKNOWN, reason);
    }

    /** The key was right once. */
    static Checked ended(String name, String reason) {
        return new Checked(Optional.empty(), name, reason);
    }

    boolean may(Scope wanted) {
        return principal.filter(who -> who.scopes().contains(wanted)).isPresent();
    }
}
