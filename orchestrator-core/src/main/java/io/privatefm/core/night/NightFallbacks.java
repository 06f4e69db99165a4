/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.recovery.FallbackWish;
import io.privatefm.core.recovery.Lag;
import io.privatefm.core.recovery.NamespaceFallback;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.recovery.FallbackCause;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import java.util.List;
import java.util.Optional;

/** What a night does for namespaces that it does not simply merge: those too far behind, and those whose fallback did not come to its end. */
public final class NightFallbacks {
    private final NamespaceFallback fallback;
    private final int maxVersionLag;

    public NightFallbacks(NamespaceFallback fallback, int maxVersionLag) {
        this.fallback = fallback;
        this.maxVersionLag = maxVersionLag;
    }

    /**
     * Whether a namespace has to fall back.
     *
     * @param rebase the releases that there are, if that is known
     */
    boolean isDue(NamespaceRow namespace, Optional<Rebase> rebase) {
        return switch (namespace.state()) {
            case FALLBACK -> true;
            case ACTIVE, MERGING ->
                rebase.filter(rule -> isTooFarBehind(namespace, rule.releases()))
                        .isPresent();
            case INITIALIZING, CORRUPTED, DELETING, DELETED -> false;
        };
    }

    /**
     * Whether a namespace that merges is further behind the newest release than is allowed.
     *
     * @param releases all of them, oldest first
     */
    boolean isTooFarBehind(NamespaceRow namespace, List<FoundationRelease> releases) {
        boolean merges = namespace.state() == NamespaceState.ACTIVE || namespace.state() == NamespaceState.MERGING;
        return merges && Lag.of(namespace.foundationRelease(), releases).orElse(0) > maxVersionLag;
    }

    /** Falls back. */
    MergeOutcome run(NamespaceRow namespace) {
        FallbackCause cause = namespace.state() == NamespaceState.FALLBACK ? FallbackCause.DAMAGE : FallbackCause.LAG;
        FallbackOutcome outcome = fallback.run(namespace.learner(), FallbackWish.of(cause));
        if (outcome instanceof FallbackOutcome.Recovered recovered) {
            return new MergeOutcome.Merged(recovered.checkpoint());
        }
        if (outcome instanceof FallbackOutcome.InProgress) {
            return new MergeOutcome.InProgress();
        }
        return outcome instanceof FallbackOutcome.NotNeeded
                ? new MergeOutcome.UpToDate()
                : new MergeOutcome.Rejected("fallback: " + outcome);
    }
}
