/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import io.privatefm.core.checkpoint.CheckpointMaker;
import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.Planned;
import io.privatefm.core.checkpoint.Publication;
import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.core.plan.PolicyJson;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.recovery.ReplayReport;
import io.privatefm.spi.recovery.ReplayReport.Difference;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.VariantRow;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Computes a namespace's checkpoint once more: from a foundation release and the adapters that the event log names, and from stored
 * variants that are trusted. What there is a record of must come out bit for bit.
 */
final class Replayer {
    private static final int MOST_NAMED = 5;

    private final Foundations foundations;
    private final MergePlanner planner;
    private final CheckpointMaker maker;
    private final CheckpointReader reader;

    Replayer(Foundations foundations, MergePlanner planner, CheckpointMaker maker, CheckpointReader reader) {
        this.foundations = foundations;
        this.planner = planner;
        this.maker = maker;
        this.reader = reader;
    }

    /** A checkpoint that a replay came to. */
    record Replayed(CheckpointRow checkpoint, int proven) {}

    /**
     * Computes and publishes.
     *
     * @param head the newest checkpoint
     * @param trusted stored variants that may be taken over; they count as proven, since they were read whole
     * @param around what is written with the checkpoint, by how many variants are proven
     * @throws CorruptDataException if it does not come out as recorded; nothing is published
     */
    Replayed publish(
            NamespaceRow namespace,
            LeaseKeeper.Kept lease,
            Optional<CheckpointRow> head,
            ReplayGoal goal,
            List<VariantEntry> trusted,
            IntFunction<Publication.Around> around) {
        try (Foundation foundation = open(goal)) {
            MergePlan plan = plan(namespace, goal, foundation, rows(trusted));
            List<MergedVariant> merged = maker.compute(plan, foundation, goal.inventory(), lease::lost);
            ReplayProof proof = new ReplayProof(goal.recorded(), recordedEntries(namespace.nsUid(), goal.recorded()));
            requireEqual(proof.differences(merged));
            List<String> names = plan.takenOver().stream().map(VariantRow::name).toList();
            List<VariantEntry> takenOver = trusted.stream()
                    .filter(entry -> names.contains(entry.name()))
                    .toList();
            int proven = proof.comparable(merged) + takenOver.size();
            Publication publication = new Publication(
                    new Planned(namespace, lease.lease()),
                    plan,
                    head,
                    takenOver,
                    Optional.empty(),
                    around.apply(proven));
            return new Replayed(maker.publish(publication, foundation, merged), proven);
        }
    }

    /** Computes without publishing, and compares; what was computed stays an orphan. */
    ReplayReport prove(NamespaceRow namespace, ReplayGoal goal) {
        RecordedCheckpoint recorded = goal.recorded().orElseThrow();
        try (Foundation foundation = open(goal)) {
            MergePlan plan = plan(namespace, goal, foundation, List.of());
            List<MergedVariant> merged = maker.compute(plan, foundation, goal.inventory(), () -> false);
            List<Difference> differences = new ReplayProof(
                            goal.recorded(), recordedEntries(namespace.nsUid(), goal.recorded()))
                    .differences(merged);
            return differences.isEmpty()
                    ? new ReplayReport.Equal(recorded.version(), recorded.checkpointHash())
                    : new ReplayReport.Different(recorded.version(), differences);
        }
    }

    /** Opens the release; it must be the one that was recorded, where it has that name. */
    private Foundation open(ReplayGoal goal) {
        Foundation foundation = foundations.open(goal.release());
        Optional<Sha256> recorded = goal.recorded()
                .filter(checkpoint -> checkpoint.foundationRelease().equals(goal.release()))
                .map(RecordedCheckpoint::foundationHash)
                .filter(hash -> !hash.equals(foundation.contentHash()));
        if (recorded.isPresent()) {
            foundation.close();
            throw new FoundationWrongException("foundation release " + goal.release() + " had content hash "
                    + recorded.get() + " and now has " + foundation.contentHash());
        }
        return foundation;
    }

    private MergePlan plan(
            NamespaceRow namespace, ReplayGoal goal, Foundation foundation, Collection<VariantRow> trusted) {
        return planner.plan(
                namespace,
                PolicyJson.read(namespace.policy()),
                goal.release(),
                foundation.contentHash(),
                goal.inventory(),
                trusted);
    }

    private static List<VariantRow> rows(List<VariantEntry> entries) {
        return entries.stream().map(VariantEntry::row).toList();
    }

    private static void requireEqual(List<Difference> differences) {
        if (!differences.isEmpty()) {
            throw new CorruptDataException("the replay does not give what was recorded, in " + differences.size()
                    + " places: "
                    + String.join(
                            "; ",
                            differences.stream()
                                    .limit(MOST_NAMED)
                                    .map(Difference::toString)
                                    .toList()));
        }
    }

    private List<VariantEntry> recordedEntries(NsUid namespace, Optional<RecordedCheckpoint> recorded) {
        try {
            return recorded.map(checkpoint -> reader.manifest(namespace, checkpoint.version(), checkpoint.manifest())
                            .variants())
                    .orElse(List.of());
        } catch (CorruptDataException e) {
            return List.of(); // then variants are compared as a whole
        }
    }
}
