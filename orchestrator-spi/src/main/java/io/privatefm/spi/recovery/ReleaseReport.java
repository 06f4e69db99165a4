/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.LearnerId;
import java.util.List;
import java.util.Optional;

/**
 * What a check for namespaces that are too far behind the newest foundation release did.
 *
 * @param namespaces how many it looked at
 * @param results of those that were too far behind, in ascending order of learner
 * @param stopped why it ended before it had looked at all; empty if it did not
 */
public record ReleaseReport(int namespaces, List<Result> results, Optional<String> stopped) {
    public ReleaseReport {
        results = List.copyOf(results);
    }

    /**
     * One namespace that was too far behind.
     *
     * @param outcome what its fallback led to; empty if it ended with an error
     * @param error that error; the next night, or the next check, tries again
     */
    public record Result(LearnerId learner, Optional<FallbackOutcome> outcome, Optional<String> error) {}

    /** How many were brought to a release that is not too far behind. */
    public long recovered() {
        return results.stream()
                .flatMap(result -> result.outcome().stream())
                .filter(FallbackOutcome.Recovered.class::isInstance)
                .count();
    }
}
