/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.spi.foundation.FoundationRelease;
import java.util.List;
import java.util.OptionalInt;

/** How far a foundation release is behind the newest. Never read from digits in a name. */
public final class Lag {
    private Lag() {}

    /**
     * The difference of ordinals between a release and the newest.
     *
     * @param releases all of them, oldest first
     * @return empty if there is no release of that name
     */
    public static OptionalInt of(String release, List<FoundationRelease> releases) {
        return releases.stream()
                .filter(candidate -> candidate.name().equals(release))
                .mapToInt(candidate -> releases.get(releases.size() - 1).ordinal() - candidate.ordinal())
                .findFirst();
    }
}
