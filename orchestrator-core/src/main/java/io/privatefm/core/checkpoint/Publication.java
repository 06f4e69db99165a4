/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.journal.NamespaceChange;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.StoreTx;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint that is to be made and published.
 *
 * @param planned the row that the plan was made from, and the lease that it is merged under
 * @param head the newest checkpoint at that time
 * @param takenOver entries of the variants that the plan takes over
 * @param settled what there is nothing left to merge by, once it is published; empty if that is not known
 * @param around what else is written in the transaction that publishes it
 */
public record Publication(
        Planned planned,
        MergePlan plan,
        Optional<CheckpointRow> head,
        List<VariantEntry> takenOver,
        Optional<Sha256> settled,
        Around around) {
    public Publication {
        takenOver = List.copyOf(takenOver);
    }

    /** Whether the namespace moves to another foundation release; then nothing may have happened to it since it was planned. */
    boolean moves() {
        return !planned.namespace().foundationRelease().equals(plan.foundationRelease());
    }

    /** What else is written in the transaction that publishes a checkpoint. May be run several times; the last time counts. */
    public interface Around {
        /** Nothing else. */
        Around NOTHING = new Around() {};

        /** Whether nothing at all may have happened to the namespace since it was planned. */
        default boolean onlyIfUnmoved() {
            return false;
        }

        /** Before the checkpoint's own event. */
        default void before(StoreTx tx, NamespaceChange change) {}

        /** After the checkpoint's own event. */
        default void after(StoreTx tx, NamespaceChange change, CheckpointRow checkpoint) {}
    }
}
