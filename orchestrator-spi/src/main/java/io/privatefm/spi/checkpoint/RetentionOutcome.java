/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.checkpoint;

/** What retention did with one namespace. */
public sealed interface RetentionOutcome {
    /** No checkpoint is over its time. */
    record Kept() implements RetentionOutcome {}

    /**
     * Checkpoints were removed; their blobs are left to orphan collection.
     *
     * @param firstVersion the oldest that there was
     * @param lastVersion the newest of those that were removed
     */
    record Removed(long firstVersion, long lastVersion) implements RetentionOutcome {
        /** How many were removed. */
        public long checkpoints() {
            return lastVersion - firstVersion + 1;
        }
    }

    /** Nothing was removed. */
    record Skipped(Reason reason, String detail) implements RetentionOutcome {}

    /** Why nothing was removed. */
    enum Reason {
        /** The namespace is under legal hold. */
        LEGAL_HOLD,
        /** It is being merged, tidied up or deleted, or is not as it should be; the next run looks again. */
        BUSY,
        /** Too few of its checkpoints are what they were: somebody should look at it. */
        UNSOUND,
        /** Something did not answer, or a key or a format is wrong. */
        FAILED
    }
}
