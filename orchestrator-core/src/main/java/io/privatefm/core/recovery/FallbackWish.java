/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.spi.recovery.FallbackCause;
import java.util.Optional;

/**
 * What a namespace is to be brought back from, or to.
 *
 * @param restore the version that is to be restored, if one is
 */
public record FallbackWish(FallbackCause cause, Optional<Long> restore) {
    /** To the newest state, because of this. */
    public static FallbackWish of(FallbackCause cause) {
        return new FallbackWish(cause, Optional.empty());
    }

    /** To the state of an earlier version. */
    public static FallbackWish restore(long version) {
        return new FallbackWish(FallbackCause.RESTORE, Optional.of(version));
    }

    /** Whether somebody asked for it, who wants it whatever was decided before. */
    boolean isAsked() {
        return cause == FallbackCause.REQUEST || cause == FallbackCause.RESTORE;
    }
}
