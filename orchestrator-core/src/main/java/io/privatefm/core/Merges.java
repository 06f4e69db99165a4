/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.night.NamespaceMerger;
import io.privatefm.core.night.NightControl;
import io.privatefm.core.night.NightShard;
import io.privatefm.core.night.NightShift;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.store.SwitchRow;
import java.time.Instant;
import java.util.Optional;

/** Merging adapters with the foundation into checkpoints. Safe for use by several threads at once. */
public final class Merges {
    private final NamespaceMerger merger;
    private final NightShift night;
    private final NightControl control;

    Merges(NamespaceMerger merger, NightShift night, NightControl control) {
        this.merger = merger;
        this.night = night;
        this.control = control;
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

    /**
     * Runs the nightly batch until it is done, or until the deadline: also in the middle of a merge, which then publishes nothing. What is
     * left is due still.
     */
    public NightReport runNight(Instant deadline) {
        return night.run(NightShard.WHOLE, deadline);
    }

    /**
     * Ends the nights that this process is at, at the next segment of a merge; returns at once. The namespace that is being merged keeps
     * the checkpoint it has, and is due still, like all that are left.
     */
    public void cancelNight() {
        control.cancel();
    }

    /**
     * Pauses nights for all processes that use the store: those that run end as by {@link #cancelNight()}, in other processes within ten
     * seconds of merging, and none begins. Single merges go on.
     *
     * @param reason for the reports of nights that do not take place; 1 to 1000 characters. A pause that is there keeps its own
     */
    public void pauseNights(String reason) {
        control.pause(reason);
    }

    /** Lets nights begin again; nothing that was missed begins by itself. */
    public void resumeNights() {
        control.resume();
    }

    /** Why nights are paused; empty if they are not. */
    public Optional<String> pausedNights() {
        return control.paused().map(SwitchRow::reason);
    }
}
