/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

import io.privatefm.spi.store.CheckpointRow;

/** What a merge led to. */
public sealed interface MergeOutcome {
    /** A checkpoint was published. */
    record Merged(CheckpointRow checkpoint) implements MergeOutcome {}

    /** Nothing to do. */
    record UpToDate() implements MergeOutcome {}

    /** Another worker has the namespace's lease, and does it. */
    record InProgress() implements MergeOutcome {}

    /** Nothing was published; the namespace keeps the checkpoint it has. */
    record Rejected(String reason) implements MergeOutcome {}
}
