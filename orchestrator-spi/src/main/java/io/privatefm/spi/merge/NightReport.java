/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

import io.privatefm.spi.LearnerId;
import java.util.List;
import java.util.Optional;

/**
 * What one night did. Namespaces that were looked at are up to date, in the results, or left.
 *
 * @param namespaces how many were looked at
 * @param upToDate how many of them had nothing to do
 * @param results of those that were due and finished, in ascending order of learner
 * @param left how many that were due it did not begin, or did not finish: they are as they were
 * @param early why it ended early; empty if it did not
 */
public record NightReport(int namespaces, int upToDate, List<Result> results, int left, Optional<EarlyEnd> early) {
    public NightReport {
        results = List.copyOf(results);
    }

    /** Of a night that went to its end. */
    public NightReport(int namespaces, int upToDate, List<Result> results) {
        this(namespaces, upToDate, results, 0, Optional.empty());
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
