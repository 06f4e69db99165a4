/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Which release follows which. */
record ReleaseOrder(Map<String, Integer> ordinals, int newest) {
    ReleaseOrder {
        ordinals = Map.copyOf(ordinals);
    }

    static ReleaseOrder of(FoundationStore store) {
        List<FoundationRelease> releases = store.releases();
        return new ReleaseOrder(
                releases.stream().collect(Collectors.toMap(FoundationRelease::name, FoundationRelease::ordinal)),
                releases.stream().mapToInt(FoundationRelease::ordinal).max().orElse(0));
    }

    /** How many releases a release is behind the newest; empty if it is none of them. */
    OptionalInt behind(String release) {
        Integer ordinal = ordinals.get(release);
        return ordinal == null ? OptionalInt.empty() : OptionalInt.of(newest - ordinal);
    }
}
