/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianAuthority;
import io.privatefm.spi.guardian.GuardianRequest;
import java.util.Optional;

/** Grants deletions to named guardians who show the environment's guardian key, or a stored one with {@link Scope#GUARDIAN}. */
public final class GuardianKeys implements GuardianAuthority {
    private final KeyCheck keys;

    /** Looks at these keys. */
    public GuardianKeys(EnvironmentKeys environment, StoredKeys stored) {
        this.keys = new KeyCheck(environment, stored);
    }

    @Override
    public Decision decide(GuardianRequest request) {
        Checked checked = keys.of(Optional.of(request.credential()));
        if (request.guardian().isBlank()) {
            return new Decision.Denied("no guardian is named");
        }
        if (checked.principal().isEmpty()) {
            return new Decision.Denied(checked.reason());
        }
        return checked.may(Scope.GUARDIAN)
                ? new Decision.Granted("key " + checked.name())
                : new Decision.Denied("key " + checked.name() + " is no guardian's");
    }
}
