/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.store.CheckpointRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds stored variants that are what a checkpoint recorded, every byte, in that checkpoint or in older ones. */
final class Trusted {
    private final CheckpointReader reader;

    Trusted(CheckpointReader reader) {
        this.reader = reader;
    }

    /**
     * Sound entries by the names of the recorded variants, at most one each; read whole, and looked through for what makes no sense.
     *
     * @param rows newest first
     * @param damaged blobs that are known not to be sound
     */
    List<VariantEntry> of(
            RecordedCheckpoint recorded, List<CheckpointRow> rows, Set<Sha256> damaged, Foundation foundation) {
        Map<String, VariantEntry> trusted = new TreeMap<>();
        Set<Sha256> seen = new HashSet<>(damaged);
        for (CheckpointRow row : rows) {
            if (row.foundationHash().equals(recorded.foundationHash())
                    && trusted.size() < recorded.variants().size()) {
                for (VariantEntry entry : entries(row)) {
                    if (isRecorded(entry, recorded)
                            && !trusted.containsKey(entry.name())
                            && seen.add(entry.blob())
                            && isSound(row, entry, foundation)) {
                        trusted.put(entry.name(), entry);
                    }
                }
            }
        }
        return new ArrayList<>(trusted.values());
    }

    private boolean isSound(CheckpointRow row, VariantEntry entry, Foundation foundation) {
        return reader.inspect(row.nsUid(), entry, foundation).isEmpty()
                && reader.senseless(row.nsUid(), entry, foundation).isEmpty();
    }

    private List<VariantEntry> entries(CheckpointRow row) {
        try {
            return reader.manifest(row).variants();
        } catch (CorruptDataException e) {
            return List.of(); // another version's manifest may name the same blobs
        }
    }

    private static boolean isRecorded(VariantEntry entry, RecordedCheckpoint recorded) {
        RecordedCheckpoint.Variant variant = recorded.variants().get(entry.name());
        return variant != null && variant.contentHash().equals(entry.contentHash());
    }
}
