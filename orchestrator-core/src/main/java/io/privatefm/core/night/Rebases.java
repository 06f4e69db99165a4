/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.foundation.Foundations;
import io.privatefm.spi.recovery.RebasePolicy;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Looks up which releases there are and which night it is. */
public final class Rebases {
    private final RebasePolicy policy;
    private final int maxVersionLag;
    private final Foundations foundations;
    private final InstantSource clock;

    public Rebases(RebasePolicy policy, int maxVersionLag, Foundations foundations, InstantSource clock) {
        this.policy = policy;
        this.maxVersionLag = maxVersionLag;
        this.foundations = foundations;
        this.clock = clock;
    }

    /** The rule as it is now. */
    Rebase now() {
        long day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toEpochDay();
        return new Rebase(policy, maxVersionLag, foundations.releases(), day);
    }
}
