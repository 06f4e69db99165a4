/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.recovery.Finding;
import io.privatefm.spi.store.CheckpointRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What the blobs of a namespace are, for findings: of several checkpoints that share one, the newest is named. */
final class ScrubbedBlobs {
    private final Map<Sha256, Place> places = new HashMap<>();

    private record Place(OptionalLong version, String what, boolean newest) {}

    /** @param rows newest first */
    ScrubbedBlobs(List<CheckpointRow> rows) {
        for (CheckpointRow row : rows) {
            boolean newest = row.version() == rows.get(0).version();
            OptionalLong version = OptionalLong.of(row.version());
            places.putIfAbsent(row.manifestBlob(), new Place(version, "manifest", newest));
            row.variants()
                    .forEach(variant -> places.putIfAbsent(
                            variant.blob(), new Place(version, "variant " + variant.name(), newest)));
        }
    }

    Finding finding(Sha256 blob, Verdict verdict, String reason) {
        Place place = places.getOrDefault(blob, new Place(OptionalLong.empty(), "an adapter's file", false));
        return new Finding(verdict, place.version(), place.what() + " (blob " + blob + ")", place.newest(), reason);
    }
}
