/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.night.NamespaceMerger;
import io.privatefm.core.night.NightShift;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.merge.PlanOutcome;

/** Merging adapters with the foundation into checkpoints. Safe for use by several threads at once. */
public final class Merges {
    private final NamespaceMerger merger;
    private final NightShift night;

    Merges(NamespaceMerger merger, NightShift night) {
        this.merger = merger;
        this.night = night;
    }

    /**
     * What a merge of a learner's namespace would do now.
     *
     * @throws io.privatefm.spi.InvalidInputException if there is no such namespace
     * @throws io.privatefm.spi.FoundationWrongException if the foundation release is not what it was
     */
    public PlanOutcome plan(LearnerId learner) {
        return merger.plan(learner);
    }

    /**
     * Computes and publishes a plan, on the calling thread and the orchestrator's executor. A plan that no longer holds is
     * rejected; of two callers with the same plan one publishes.
     *
     * @throws io.privatefm.spi.PfmException of kind {@code ENVIRONMENT} if disk or database fail
     */
    public MergeOutcome execute(LearnerId learner, MergePlan plan) {
        return merger.execute(learner, plan);
    }

    /** Plans and executes. */
    public MergeOutcome mergeNow(LearnerId learner) {
        return merger.merge(learner);
    }

    /**
     * Runs the nightly batch to its end: every namespace whose adapters, policy or foundation changed gets its next
     * checkpoint. One namespace's failure is in the report and does not touch the others.
     */
    public NightReport runNight() {
        return night.run();
    }
}
