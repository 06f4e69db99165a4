/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

import io.privatefm.spi.LearnerId;
import java.util.List;

/**
 * What one night did.
 *
 * @param namespaces how many were looked at
 * @param upToDate how many of them had nothing to do
 * @param results of the others, in ascending order of learner
 */
public record NightReport(int namespaces, int upToDate, List<Result> results) {
    public NightReport {
        results = List.copyOf(results);
    }

    /** One namespace that was due. */
    public record Result(LearnerId learner, MergeOutcome outcome) {}

    /** How many checkpoints were published. */
    public long merged() {
        return count(MergeOutcome.Merged.class);
    }

    /** How many were rejected; they keep the checkpoints they have. */
    public long rejected() {
        return count(MergeOutcome.Rejected.class);
    }

    /** How many were left to another worker that was at them. */
    public long inProgress() {
        return count(MergeOutcome.InProgress.class);
    }

    private long count(Class<? extends MergeOutcome> kind) {
        return results.stream()
                .filter(result -> kind.isInstance(result.outcome()))
                .count();
    }
}
