/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.util.Optional;

/**
 * What a caller shows.
 *
 * @param key of {@code X-API-Key}, or {@code Authorization: Bearer}; a secret
 * @param guardianKey of {@code X-Guardian-Key}; a secret
 * @param guardianId of {@code X-Guardian-Id}: which guardian calls, as the host names guardians
 */
public record Credentials(Optional<String> key, Optional<String> guardianKey, Optional<String> guardianId) {
    /** Nothing is shown. */
    public static final Credentials NONE = new Credentials(Optional.empty(), Optional.empty(), Optional.empty());

    /** Says what is there, not what it is. */
    @Override
    public String toString() {
        return "Credentials[key=" + shown(key) + ", guardianKey=" + shown(guardianKey) + ", guardianId="
                + shown(guardianId) + "]";
    }

    private static String shown(Optional<String> value) {
        return value.isPresent() ? "***" : "none";
    }
}
