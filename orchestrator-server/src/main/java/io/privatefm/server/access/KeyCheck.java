/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.util.Optional;

/**
 * Says whose key is presented. It is compared with each key of the environment and with one stored key, or with what stands for one,
 * whatever came of the comparisons before: how long that takes says nothing of what was nearly right.
 */
final class KeyCheck {
    private final EnvironmentKeys environment;
    private final StoredKeys stored;

    KeyCheck(EnvironmentKeys environment, StoredKeys stored) {
        this.environment = environment;
        this.stored = stored;
    }

    /**
     * Whose key this is.
     *
     * @param presented empty if none was
     * @throws io.privatefm.spi.UnavailableException if it may be a stored one, and the database does not answer
     */
    Checked of(Optional<String> presented) {
        Optional<Principal> holder = environment.holder(presented.orElse(""));
        // a key of the environment is not looked for in the database, which may not answer
        Checked other = stored.check(holder.isPresent() ? Optional.empty() : presented.flatMap(ApiKey::parse));
        if (holder.isPresent()) {
            return Checked.right(holder.get());
        }
        return presented.isEmpty() ? Checked.wrong("no key") : other;
    }
}
