/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

/** What planning a namespace's next merge led to. */
public sealed interface PlanOutcome {
    /** There is something to merge. */
    record Due(MergePlan plan) implements PlanOutcome {}

    /** Nothing to do: the newest checkpoint has all inputs, or there is no adapter yet. */
    record UpToDate() implements PlanOutcome {}

    /** It cannot be merged as it is. */
    record Rejected(String reason) implements PlanOutcome {}
}
