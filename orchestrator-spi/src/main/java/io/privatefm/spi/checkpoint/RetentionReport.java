/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.checkpoint;

import io.privatefm.spi.LearnerId;
import java.util.List;

/**
 * What one run of retention did.
 *
 * @param namespaces how many were looked at
 * @param results of those that had something to remove or were skipped, in ascending order of learner
 */
public record RetentionReport(int namespaces, List<Result> results) {
    public RetentionReport {
        results = List.copyOf(results);
    }

    /** One namespace; its outcome is not {@link RetentionOutcome.Kept}. */
    public record Result(LearnerId learner, RetentionOutcome outcome) {}

    /** How many checkpoints were removed. */
    public long removed() {
        return results.stream()
                .map(Result::outcome)
                .filter(RetentionOutcome.Removed.class::isInstance)
                .mapToLong(outcome -> ((RetentionOutcome.Removed) outcome).checkpoints())
                .sum();
    }

    /** How many namespaces were skipped. */
    public long skipped() {
        return results.stream()
                .filter(result -> result.outcome() instanceof RetentionOutcome.Skipped)
                .count();
    }
}
