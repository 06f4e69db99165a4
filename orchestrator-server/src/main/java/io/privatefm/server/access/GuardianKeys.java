/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianAuthority;
import io.privatefm.spi.guardian.GuardianRequest;

/** Grants deletions to named guardians who show the environment's guardian key, or a stored one with {@link Scope#GUARDIAN}. */
public final class GuardianKeys implements GuardianAuthority {
    /** Looks at these keys. */
    public GuardianKeys(EnvironmentKeys environment, StoredKeys stored) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Decision decide(GuardianRequest request) {
        throw new UnsupportedOperationException();
    }
}
