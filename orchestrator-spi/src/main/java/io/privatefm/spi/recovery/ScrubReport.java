/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.recovery;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.audit.AuditVerdict;
import java.util.List;
import java.util.Optional;

/**
 * What a scrub found.
 *
 * @param namespaces how many it looked at
 * @param bytes how many stored bytes it read
 * @param results of the namespaces that are not sound, or could not be looked at, in the order in which they were scrubbed
 * @param audit the audit log's verification, where the orchestrator has the log's key
 */
public record ScrubReport(int namespaces, long bytes, List<Result> results, Optional<AuditVerdict> audit) {
    public ScrubReport {
        results = List.copyOf(results);
    }

    /**
     * One namespace.
     *
     * @param findings what is the matter with it; empty if it could not be looked at
     * @param unreadable why it could not be looked at to the end: a key, a foundation release or a store that does not answer
     * @param fallback what the fallback led to, if there was one
     */
    public record Result(
            LearnerId learner,
            List<Finding> findings,
            Optional<String> unreadable,
            Optional<FallbackOutcome> fallback) {
        public Result {
            findings = List.copyOf(findings);
        }
    }

    /** How many findings there are. */
    public long findings() {
        return results.stream().mapToLong(result -> result.findings().size()).sum();
    }
}
