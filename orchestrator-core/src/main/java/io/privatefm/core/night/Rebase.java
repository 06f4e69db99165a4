/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.core.recovery.Lag;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.recovery.RebasePolicy;
import io.privatefm.spi.store.NamespaceRow;
import java.util.List;

/**
 * Which foundation release a namespace is to be merged on next. Pure.
 *
 * @param releases all of them, oldest first
 * @param day which night it is, as the number of its date
 */
public record Rebase(RebasePolicy policy, int maxVersionLag, List<FoundationRelease> releases, long day) {
    private static final int HUNDRED = 100;

    public Rebase {
        releases = List.copyOf(releases);
    }

    /** Name of the release; that of the namespace if it is to stay, or is too far behind to be merged forward. */
    public String target(NamespaceRow namespace) {
        String pinned = namespace.foundationRelease();
        int lag = Lag.of(pinned, releases).orElse(0);
        if (lag == 0 || lag > maxVersionLag || !moves(namespace)) {
            return pinned;
        }
        return releases.get(releases.size() - 1).name();
    }

    private boolean moves(NamespaceRow namespace) {
        if (policy instanceof RebasePolicy.Staged staged) {
            long bucket = Long.remainderUnsigned(
                    Long.parseUnsignedLong(namespace.nsUid().value().substring(0, 16), 16), HUNDRED);
            long first = Math.floorMod(day * staged.percentPerNight(), HUNDRED);
            return Math.floorMod(bucket - first, HUNDRED) < staged.percentPerNight();
        }
        return policy instanceof RebasePolicy.FollowLatest;
    }
}
