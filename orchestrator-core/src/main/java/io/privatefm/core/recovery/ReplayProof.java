/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.recovery.ReplayReport.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Holds what a replay came to against what the event log recorded, bit for bit by content hashes. A variant is held against its record
 * where both were made from the same plan: the same foundation bytes, adapters, weights, rounding and strategy.
 *
 * @param entries of the recorded checkpoint's manifest, as far as it can be read: they have the hash of each tensor
 */
record ReplayProof(Optional<RecordedCheckpoint> recorded, List<VariantEntry> entries) {
    ReplayProof {
        entries = List.copyOf(entries);
    }

    /** How many of these there is a record of. */
    int comparable(List<MergedVariant> merged) {
        return (int)
                merged.stream().filter(variant -> recorded(variant).isPresent()).count();
    }

    /** Where they differ from their records. */
    List<Difference> differences(List<MergedVariant> merged) {
        List<Difference> differences = new ArrayList<>();
        for (MergedVariant variant : merged) {
            recorded(variant)
                    .filter(hash -> !hash.equals(variant.contentHash()))
                    .ifPresent(hash -> differences.addAll(differences(variant, hash)));
        }
        return differences;
    }

    private Optional<Sha256> recorded(MergedVariant variant) {
        return recorded.flatMap(checkpoint -> {
            RecordedCheckpoint.Variant before =
                    checkpoint.variants().get(variant.plan().name());
            if (before == null) {
                return Optional.empty();
            }
            boolean same = before.planHash()
                    .map(hash -> hash.equals(variant.plan().planHash()))
                    .orElse(false);
            return same ? Optional.of(before.contentHash()) : Optional.empty();
        });
    }

    private List<Difference> differences(MergedVariant variant, Sha256 recordedHash) {
        String name = variant.plan().name();
        Optional<VariantEntry> entry = entries.stream()
                .filter(candidate ->
                        candidate.name().equals(name) && candidate.contentHash().equals(recordedHash))
                .findFirst();
        if (entry.isEmpty()) {
            return List.of(new Difference(
                    name, Optional.empty(), Optional.of(recordedHash), Optional.of(variant.contentHash())));
        }
        Map<String, Sha256> before = roots(entry.get().changed());
        Map<String, Sha256> now = roots(variant.changed());
        TreeSet<String> tensors = new TreeSet<>(before.keySet());
        tensors.addAll(now.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String tensor : tensors) {
            Optional<Sha256> left = Optional.ofNullable(before.get(tensor));
            Optional<Sha256> right = Optional.ofNullable(now.get(tensor));
            if (!left.equals(right)) {
                differences.add(new Difference(name, Optional.of(tensor), left, right));
            }
        }
        return differences;
    }

    private static Map<String, Sha256> roots(List<TensorDigest> digests) {
        return digests.stream()
                .collect(Collectors.toMap(
                        digest -> digest.info().name(), TensorDigest::root, (left, right) -> left, TreeMap::new));
    }
}
