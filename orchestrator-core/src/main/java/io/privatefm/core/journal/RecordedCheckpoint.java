/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the event log records of a checkpoint: all decisions that went into it, and what it came to.
 *
 * @param operationId empty in logs that an early release wrote
 * @param manifest blob of its manifest
 * @param variants by name
 * @param at when its event was written
 */
public record RecordedCheckpoint(
        long version,
        Optional<String> operationId,
        Sha256 checkpointHash,
        Sha256 manifest,
        String foundationRelease,
        Sha256 foundationHash,
        SortedMap<String, Variant> variants,
        Instant at) {
    public RecordedCheckpoint {
        variants = Collections.unmodifiableSortedMap(new TreeMap<>(variants));
    }

    /**
     * What is recorded of a variant.
     *
     * @param planHash empty in logs that an early release wrote
     * @param adapters revisions that went in
     */
    public record Variant(Sha256 contentHash, Optional<Sha256> planHash, SortedMap<Subject, Integer> adapters) {
        public Variant {
            adapters = Collections.unmodifiableSortedMap(new TreeMap<>(adapters));
        }
    }

    /** The adapter revisions that went into it. */
    public SortedMap<Subject, Integer> adapters() {
        SortedMap<Subject, Integer> all = new TreeMap<>();
        variants.values().forEach(variant -> all.putAll(variant.adapters()));
        return all;
    }
}
